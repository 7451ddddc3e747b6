import { createInterface } from 'node:readline';

const TURN_BLOCKS = 7;
const BLOCK_MS = 10;
const WARM_UP_MS = 1000;
const WARM_UP_STEPS = 600;
const CHECKED_STEPS = 100;

/**
 * The protocol between a contender and bench/contest.mjs, over standard input and output: see there.
 *
 * `create(job)` makes `{ version, run(steps), forecast() }`. `run` takes in the next rows of the series, and on the
 * task "train" learns from each before it does; `forecast` gives the numbers it expects in the next row. Either may be
 * asynchronous. `install` is the line to type when a package is not there.
 */
export async function serve(create, install) {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const reply = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  const job = JSON.parse((await lines.next()).value);
  let contender;
  try {
    contender = await create(job);
  } catch (error) {
    reply({ absent: error.code === 'ERR_MODULE_NOT_FOUND' ? `not installed, type: ${install}` : error.message });
    process.exit();
  }
  const { findings, steps } = await prepare(contender, job);
  reply({ version: contender.version, ...findings });

  while (!(await lines.next()).done) {
    const times = [];
    for (let block = 0; block < TURN_BLOCKS; block++) times.push((1000 * (await time(contender, steps))) / steps);
    reply({ us: times.sort((a, b) => a - b)[TURN_BLOCKS >> 1] });
  }
  process.exit(); // some libraries leave workers behind
}

/** Warms up, shows that the work is done, and finds how many steps fill a block. */
async function prepare(contender, { task, series, soak }) {
  let t = 0;
  const squaredError = async () => {
    let sum = 0;
    for (let i = 0; i < CHECKED_STEPS; i++, t++) {
      const forecast = await contender.forecast();
      const row = series[t % series.length];
      sum += row.reduce((squares, x, d) => squares + (x - forecast[d]) ** 2, 0) / row.length;
      await contender.run(1);
    }
    return sum / CHECKED_STEPS;
  };

  const before = task === 'train' ? await squaredError() : undefined;
  if (task === 'infer') await contender.run(CHECKED_STEPS);
  const forecast = [...(await contender.forecast())];
  let steps = 1;
  for (let made = 0, ms = 0; made < WARM_UP_STEPS || ms < WARM_UP_MS;) {
    const taken = await time(contender, steps);
    t += steps;
    made += steps;
    ms += taken;
    if (taken < BLOCK_MS && made > steps) steps = Math.ceil(Math.min(2 * steps, (1.2 * steps * BLOCK_MS) / taken));
  }
  const after = task === 'train' ? await squaredError() : undefined;
  if (soak) {
    contender.feed(soak.rows);
    await contender.run(soak.steps);
  }
  return { findings: { before, after, forecast }, steps: Math.max(4, steps) };
}

/**
 * Milliseconds of processor time, of all threads: on an idle core as long as it takes by the clock, and without the time
 * that other programs take on a busy one.
 */
async function time(contender, steps) {
  const start = process.cpuUsage();
  await contender.run(steps);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

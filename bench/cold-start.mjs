// Time from the start of the process to the first scored message, with the learned state of 100 series to restore.
// npm run bench:cold-start [--series 100] [--runs 5] [--profile file]
//   --profile: also writes a CPU profile of one more start
//
// The series are learned in a database first. Then a publisher sends a reading of each every 50 ms, none of them retained, and the
// service starts. Its first state with a score is the end: connected, subscribed, restored, received, scored,
// published. CPU time is that of the process up to then; on a machine that does other work, it says more than the wall time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { parseArgs } from 'node:util';
import { connectAsync } from 'mqtt';
import { describeMachine, median } from './contest.mjs';
import { startBroker } from './path/broker.mjs';

const { values } = parseArgs({
  options: {
    series: { type: 'string', default: '100' },
    runs: { type: 'string', default: '5' },
    profile: { type: 'string' },
  },
});
const [series, runs] = [values.series, values.runs].map(Number);
/** Between two readings of a series, also while the warm-up of 400 readings is prepared: 2,000 readings a second. */
const ROUND_MS = 50;
const TICKS = 100; // a second, as in /proc

const main = new URL('../dist/cli/main.js', import.meta.url).pathname;
const directory = mkdtempSync(join(tmpdir(), 'zankyo-cold-'));
const broker = await startBroker(directory, `0-${cpus().length - 1}`);
const site = join(directory, 'site.yaml');
writeFileSync(
  site,
  JSON.stringify({
    site: 'cold',
    database: join(directory, 'zankyo.db'),
    mqtt: { url: broker.url },
    inputs: [{ topic: 'cold/+', name: '{1}' }],
    log: { level: 'warn' },
  }),
);
const client = await connectAsync(broker.url, { protocolVersion: 5 });
await client.subscribeAsync('zankyo/cold/#');

const valueOf = (s, t) => (20 + 5 * Math.sin(t / (20 + s)) + 0.1 * Math.sin(12.9898 * (t + s))).toFixed(3);
let t = 0;
const publishAll = () => {
  for (let s = 0; s < series; s++) client.publish(`cold/s${s}`, valueOf(s, t));
  t++;
};

const start = (flags = []) =>
  spawn(process.execPath, [...flags, main, 'run', '-c', site], {
    stdio: 'inherit',
    env: { ...process.env, MALLOC_ARENA_MAX: '2' },
  });
/** CPU time of a process and its threads, ms. */
const cpuOf = ({ pid }) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
};
const stop = async (child) => {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
};

/** Resolves with the first state of a series that fits. */
const stateWith = (fits) =>
  new Promise((resolve) => {
    const listen = (topic, payload) => {
      const [, name] = /\/series\/([^/]+)\/state$/.exec(topic) ?? [];
      if (name === undefined || !fits(JSON.parse(String(payload)), name)) return;
      client.off('message', listen);
      resolve();
    };
    client.on('message', listen);
  });

/** A start until its first score. */
async function measure(flags) {
  // The states of the run before are retained: only newer readings count.
  const since = Date.now();
  const publisher = setInterval(publishAll, ROUND_MS);
  const startedAt = performance.now();
  const child = start(flags);
  await stateWith(({ at, score }) => score !== null && Date.parse(at) >= since);
  const result = { wall: performance.now() - startedAt, cpu: cpuOf(child) };
  clearInterval(publisher);
  await stop(child);
  return result;
}

/** Learns until the warm-up of all series is over, and stops: snapshots of all are in the database. */
async function prepare() {
  const ready = new Set();
  const done = stateWith(({ phase }, name) => {
    if (phase === 'ready') ready.add(name);
    return ready.size === series;
  });
  const child = start();
  const publisher = setInterval(publishAll, ROUND_MS);
  await done;
  clearInterval(publisher);
  await stop(child);
}

await prepare();
const results = [];
for (let run = 0; run < runs; run++) results.push(await measure());
if (values.profile) await measure(['--cpu-prof', `--cpu-prof-name=${values.profile}`, '--cpu-prof-dir=.']);

describeMachine();
console.log(`${series} series restored, ${runs} runs, from the start of the process to the first scored message`);
for (const what of ['wall', 'cpu']) {
  const times = results.map((result) => result[what]);
  const [mid, low, high] = [median(times), Math.min(...times), Math.max(...times)].map((ms) => (ms / 1000).toFixed(2));
  console.log(`${what} time: median ${mid} s, ${low} to ${high} s`);
}
await client.endAsync();
broker.kill();
rmSync(directory, { recursive: true });

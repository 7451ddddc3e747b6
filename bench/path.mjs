// CPU time of a message from the broker to the verdict, compared with only receiving it.
// npm run bench:path [--profile] [--qos 0] [word ...]: only contenders with one of the words in their names, and the first; the name of one
// contender as a word means only that. PATH_DEVICES=10000 measures with so many streams.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { describeMachine, figure, median, printTable } from './contest.mjs';
import { startBroker } from './path/broker.mjs';
import { DEVICES } from './path/messages.mjs';
import { OTHERS, pinned, RECEIVER, where } from './path/pinned.mjs';

const MANY = DEVICES > 1000;
const VERY_MANY = DEVICES > 5000; // each reading of all takes a second or more
const ROUNDS = MANY ? 3 : 9;
const READINGS = VERY_MANY ? 5 : MANY ? 10 : 400; // of each device, a round
// Rounds: the service warms up for one and scores for two; with many, all but the warm-up of alarms is at work.
const WARM_UP = VERY_MANY ? 6 : MANY ? 12 : 3;
const MESSAGES = DEVICES * READINGS;
/** Messages that queue at the broker at once. With more, many streams would be at work for so long that the service counts itself overloaded. */
const MOST_QUEUED = 20_000;
const PIECE = 500;
const PROFILE_LINES = 40;

const service = (name, tuning = {}, core = 'simd') => ({ name: `service${name}`, form: 'service', core, tuning });
const CONTENDERS = [
  { name: 'mqtt.js, counted', form: 'count' },
  { name: 'and parsed, dispatched', form: 'dispatch' },
  service(''),
  service(', snap1', { learner: 'snap1' }),
  service(', elementwise, rtrl', { cell: 'elementwise', learner: 'rtrl' }),
  service(', every 4th', { train_every: 4 }),
  service(', Float64', {}, 'float64'),
];

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { profile: { type: 'boolean' }, qos: { type: 'string' } },
});
const chosen = CONTENDERS.filter(
  ({ name }, i) =>
    i === 0 ||
    !words.length ||
    words.some((word) => (CONTENDERS.some((each) => each.name === word) ? name === word : name.includes(word))),
);

const directory = mkdtempSync(join(tmpdir(), 'zankyo-path-'));
const children = [];

/** A child process that has reported that it is ready. */
async function start(file, argument, cores) {
  const [execPath, [...execArgv]] = pinned(process.execPath, [], cores);
  const child = fork(new URL(`path/${file}`, import.meta.url), [argument], { execPath, execArgv });
  children.push(child);
  await answerOf(child);
  return child;
}

/** Its next message; rejects when it ends instead. */
const answerOf = (child) =>
  new Promise((resolve, reject) => {
    const ended = () => {
      reject(new Error(`${child.spawnargs.at(-1)} ended without an answer`));
    };
    child.once('exit', ended);
    child.once('message', (answer) => {
      child.off('exit', ended);
      resolve(answer);
    });
  });

const ask = (child, question) => {
  const answer = answerOf(child);
  child.send(question);
  return answer;
};

/** The readings of a round, in pieces of which each queues at the broker at once: `from` to `to` of the devices `first` to `last`. */
function* piecesOf(number) {
  const all = { from: number * READINGS, to: (number + 1) * READINGS, first: 0, last: DEVICES };
  if (MESSAGES <= MOST_QUEUED) {
    yield all;
    return;
  }
  for (let from = all.from; from < all.to; from++)
    for (let first = 0; first < DEVICES; first += PIECE)
      yield { from, to: from + 1, first, last: Math.min(DEVICES, first + PIECE) };
}

/**
 * One round of a contender. It is stopped while the messages queue at the broker, so that it then has work all the time, however fast it is.
 * After a piece of a round it rests for as long as the piece took, so that its load is half at most. Returns its own CPU time and the elapsed
 * time without these rests, µs per message.
 */
async function round({ child, name, base }, { number, qos }, publisher) {
  const sum = { cpu: 0, wall: 0 };
  for (const piece of piecesOf(number)) {
    const messages = (piece.to - piece.from) * (piece.last - piece.first);
    await ask(child, { messages, profiled: values.profile && number >= WARM_UP });
    const answer = answerOf(child);
    child.kill('SIGSTOP');
    await ask(publisher, { base, ...piece, qos });
    const startAt = process.hrtime.bigint();
    child.kill('SIGCONT');
    const { taken, cpuUs, doneAt } = await answer;
    if (taken !== messages) throw new Error(`${name}: ${taken} of ${messages} messages`);
    const us = Number(BigInt(doneAt) - startAt) / 1000;
    sum.cpu += cpuUs / MESSAGES;
    sum.wall += us / MESSAGES;
    if (messages < MESSAGES) await sleep(us / 1000);
  }
  return sum;
}

async function contest(qos, broker, publisher) {
  const field = [];
  for (const [i, contender] of chosen.entries()) {
    const base = `zigbee2mqtt-${qos}${i}`;
    const child = await start(
      'receiver.mjs',
      JSON.stringify({ ...contender, base, directory, url: broker.url }),
      RECEIVER,
    );
    field.push({ ...contender, base, child, cpu: [], wall: [] });
  }
  for (let number = 0; number < WARM_UP + ROUNDS; number++)
    for (const each of field) {
      const { cpu, wall } = await round(each, { number, qos }, publisher);
      if (number < WARM_UP) continue;
      each.cpu.push(cpu);
      each.wall.push(wall);
    }
  for (const each of field) {
    Object.assign(each, await ask(each.child, {}));
    if (MANY)
      console.log(
        `${each.name}: ${megabytes(each.resident)} MB resident, ${megabytes(each.heap)} MB of it the heap of V8 in use`,
      );
    each.child.disconnect();
  }
  return field;
}

const megabytes = (bytes) => Math.round(bytes / 1e6);
const spread = (values) => `${figure(Math.min(...values))}-${figure(Math.max(...values))}`;
const thousands = (us) => `${(1000 / median(us)).toFixed(0)} k`;

function report(field) {
  const [first] = field;
  printTable(
    ['contender', 'CPU µs a message', 'min-max', 'times the first', 'min-max', 'a second, CPU', 'wall', 'episodes'],
    field.map(({ name, cpu, wall, episodes }) => {
      const ratios = cpu.map((us, i) => us / first.cpu[i]);
      return [
        name,
        figure(median(cpu)),
        spread(cpu),
        figure(median(ratios)),
        spread(ratios),
        thousands(cpu),
        thousands(wall),
        episodes === null ? '' : String(episodes),
      ];
    }),
  );
}

function reportProfile({ name, profile }) {
  const costs = profile.map(([where, us]) => [where, us / MESSAGES / ROUNDS]);
  console.log('');
  console.log(`${name}: each function's own time, µs a message`);
  printTable(
    ['function', 'µs'],
    costs.slice(0, PROFILE_LINES).map(([where, us]) => [where, us.toFixed(2)]),
  );
}

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL'); // a stopped process handles no other signal
  rmSync(directory, { recursive: true, force: true });
});
process.once('SIGINT', () => process.exit(130));

const broker = await startBroker(directory, OTHERS);
children.push(broker);
const publisher = await start('publisher.mjs', broker.url, OTHERS);
describeMachine();
console.log(where);
for (const qos of values.qos !== undefined ? [Number(values.qos)] : values.profile ? [0] : [0, 1]) {
  console.log('');
  console.log(
    `QoS ${qos}: ${DEVICES} devices, ${ROUNDS} rounds of ${MESSAGES} messages of 300 bytes after ${WARM_UP} to warm up; none was lost`,
  );
  const field = await contest(qos, broker, publisher);
  report(field);
  if (values.profile) field.forEach(reportProfile);
}
process.exit();

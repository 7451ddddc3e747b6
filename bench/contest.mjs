import { spawn, spawnSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The last core: the first one usually serves the interrupts. */
const CORE = cpus().length - 1;
const PINNED = spawnSync('taskset', ['-c', String(CORE), 'true']).status === 0;
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3'; // Debian's python3-torch belongs to Debian's Python

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** One line about the machine, and a second one when other programs use it. */
export function describeMachine() {
  const { model } = cpus()[0];
  const memory = Math.round(totalmem() / 2 ** 30);
  console.log(`${model}, ${cpus().length} cores, ${memory} GiB, Node ${process.version}`);
  console.log(PINNED ? `every contender on core ${CORE}` : 'contenders are not pinned to a core: there is no taskset');
  if (loadavg()[0] > 0.5) console.log(`the machine was not idle: load ${loadavg()[0].toFixed(1)}`);
}

/**
 * Times all contenders in turn, round after round, so that a slow minute of the machine affects all of them equally.
 *
 * A contender `{ name, peer, ...settings }` is a long-lived process that runs bench/peers/<peer>. It gets the job and
 * its own settings as its first line, and answers whether it can run, with its results. To each further line it
 * answers with the µs a step of one turn. Returns, for each that could run, its answers and `times`, one a round;
 * the others with `absent`, the reason.
 */
export async function contest(contenders, job, rounds) {
  const field = [];
  // One after the other, so that each one warms up on an idle machine.
  for (const contender of contenders) field.push({ ...contender, times: [], ...(await start(contender, job)) });
  for (let round = 0; round < rounds; round++)
    for (const each of field)
      if (each.absent === undefined)
        try {
          each.times.push((await each.ask('go')).us);
        } catch (error) {
          each.absent = error.message;
        }
  for (const each of field) each.end?.();
  return field;
}

async function start({ peer, name, ...settings }, job) {
  const file = fileURLToPath(new URL(`peers/${peer}`, import.meta.url));
  const command = [peer.endsWith('.py') ? PYTHON : process.execPath, file];
  if (PINNED) command.unshift('taskset', '-c', String(CORE));
  const child = spawn(command[0], command.slice(1));
  let complaints = '';
  child.stderr.on('data', (chunk) => (complaints = (complaints + chunk).slice(-4000)));
  child.on('error', (error) => (complaints += error.message));
  const closed = new Promise((resolve) => child.on('close', resolve)); // after all error output
  child.stdin.on('error', () => undefined); // the end of its output is handled instead
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line) => {
    child.stdin.write(`${line}\n`);
    for (;;) {
      const { value, done } = await lines.next();
      if (done) {
        await closed;
        throw new Error(/^.*Error\b.*$/m.exec(complaints)?.[0] ?? (complaints.trim() || 'ended without an answer'));
      }
      if (value.startsWith('{')) return JSON.parse(value); // libraries print to the same output
    }
  };
  try {
    const answer = await ask(JSON.stringify({ ...job, ...settings }));
    if (answer.absent === undefined)
      return { ...answer, name: `${name} ${answer.version}`.trim(), ask, end: () => child.stdin.end() };
    child.stdin.end();
    return { absent: answer.absent };
  } catch (error) {
    return { absent: error.message };
  }
}

/** Prints rows of cells, the first column to the left, numbers to the right. */
export function printTable(head, rows) {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (row) => row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ');
  for (const row of [head, widths.map((width) => '-'.repeat(width)), ...rows]) console.log(line(row).trimEnd());
}

/** Time and spread of a contender, and the median over the rounds of its ratio to the reference of the same round. */
export const timeCells = ({ times }, reference) => [
  figure(median(times)),
  `${figure(Math.min(...times))}-${figure(Math.max(...times))}`,
  figure(median(times.map((us, round) => us / reference.times[round]))),
];

/** Prints the contenders that could not run, with the remedy. */
export function printAbsent(field) {
  const absent = field.filter(({ absent }) => absent !== undefined);
  for (const reason of new Set(absent.map(({ absent }) => absent))) {
    const names = absent.filter(({ absent }) => absent === reason).map(({ name }) => name);
    console.log(`not measured: ${names.join('; ')}: ${reason}`);
  }
}

/** Three significant digits, or all digits before the point. */
export const figure = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

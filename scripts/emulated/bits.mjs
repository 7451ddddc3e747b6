/** The bits of networks, functions and a replay on this machine and in the root, and the memory of that replay. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from './run.mjs';
import { withPeak } from './resident.mjs';
import { inRoot, TARGETS } from './root.mjs';

const RECORDING = 'recording.csv';
const REPLAY = 'dist/cli/main.js replay';

/** Three series of a plant, 3,000 readings each: noise, daily course, a spike, a shift, a stuck sensor. Only + - * and a seed. */
function record(file) {
  let state = 12345;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
  const lines = ['time,flow,pressure,temperature'];
  for (let t = 0; t < 3000; t++) {
    const day = Math.abs(((t % 288) / 144 - 1) * 10);
    const flow = t > 2400 && t < 2600 ? 31 : 20 + day + noise();
    const pressure = 5 - day / 10 + 0.1 * noise() + (t > 1800 && t < 1900 ? 2 : 0);
    const temperature = 40 + day / 2 + noise() + (t === 1500 ? 30 : 0);
    const at = new Date(Date.UTC(2026, 0, 5) + t * 300_000).toISOString();
    lines.push([at, ...[flow, pressure, temperature].map((x) => x.toFixed(3))].join(','));
  }
  writeFileSync(file, lines.join('\n'));
}

/** Notes each hash that differs, and how many agree. Returns whether all do. */
function compare(here, there, note) {
  let equal = true;
  for (const part of ['functions', 'kernel', 'float64', 'replay']) {
    const names = Object.keys(here[part]);
    const different = names.filter((name) => here[part][name] !== there[part][name]);
    equal &&= different.length === 0;
    const differ = different.map((name) => `\n    differs: ${name}`).join('');
    note(`${part}: ${names.length - different.length} of ${names.length} equal${differ}`);
  }
  note(`replay: ${there.replay.rows} rows, ${there.replay.anomalies} anomalies`);
  note(`exp, log and tanh of the engine: ${here.engine === there.engine ? 'equal too' : 'not equal'}`);
  return equal;
}

const memoryLine = ({ machine, memory }, peak, unlike) => {
  const parts = Object.entries(memory).map(([name, bytes]) => `${name} ${megabytes(bytes)}`);
  return `memory, ${machine}: ${parts.join(', ')}; the replay: at most ${megabytes(peak)} resident${unlike}`;
};
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/** `note`: for each fact. Resolves with whether all hashes agree. */
export async function compareBits(arch, root, project, note) {
  const file = join(root, project, RECORDING);
  record(file);
  const onHere = { root: '/', words: `${REPLAY} ${file}`, everyMs: 50 };
  const here = await withPeak(() => output('node', ['scripts/same-bits.mjs', file]), onHere);
  const machine = JSON.parse(here.result);
  const { command, args, options } = inRoot(root, `cd ${project} && node scripts/same-bits.mjs ${RECORDING}`);
  const onThere = { root, words: `${REPLAY} ${RECORDING}`, emulator: TARGETS[arch].qemu, everyMs: 500 };
  const there = await withPeak(() => output(command, args, options), onThere);
  const other = JSON.parse(there.result);
  note(`bits: ${other.machine}, against ${machine.machine}`);
  const equal = compare(machine, other, note);
  note(memoryLine(machine, here.peak, ''));
  note(memoryLine(other, there.peak, ', without the emulator'));
  return equal;
}

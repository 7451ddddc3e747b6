/*
 * npm run test:soak -- [--sec 90] [--rate 500] [--devices 50] [--chaos kill,cut,broker] [--fsync-ms 10] [--seed 1]
 *
 * A steady load on the built service, and with --chaos every few seconds a fault: kill (SIGKILL and start), cut (reset
 * connection), hole (half-open connection), refuse (a second without a way to the broker), broker (restart). Says in words and
 * in a line of JSON what became of the messages; ends with 0 if each is in the journal exactly once and the service never
 * ended by itself.
 */
import { parseArgs } from 'node:util';
import { openLoader } from '../typescript-loader.mjs';

const { values } = parseArgs({
  options: {
    sec: { type: 'string', default: '90' },
    rate: { type: 'string', default: '500' },
    devices: { type: 'string', default: '50' },
    chaos: { type: 'string', default: '' },
    'fsync-ms': { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
  },
});
const chaos = values.chaos.split(',').filter((name) => name !== '');
const numbers = Object.fromEntries(
  ['sec', 'rate', 'devices', 'fsync-ms', 'seed'].map((name) => {
    const value = Number(values[name]);
    if (!(value >= 0)) throw new RangeError(`--${name} ${values[name]} is no number`);
    return [name, value];
  }),
);

const loader = await openLoader();
try {
  const { FAULTS, soak } = await loader.ssrLoadModule('/test/faults/soak.ts');
  for (const name of chaos)
    if (!(name in FAULTS)) throw new RangeError(`--chaos ${name}: there are ${Object.keys(FAULTS).join(', ')}`);
  const result = await soak({ ...numbers, fsyncMs: numbers['fsync-ms'], chaos });
  const { messages, faults, lost, twice, unexpectedExits, loopDelayP99Ms, loopDelayMaxMs, rssMaxMB } = result;
  const happened = Object.entries(faults).map(([name, times]) => `${times} × ${name}`);
  console.log(
    `${messages} messages, ${happened.join(', ') || 'no faults'}: ${lost} lost, ${twice} twice, ${unexpectedExits} unexpected ` +
      `exits; event loop late by ${loopDelayP99Ms} ms (99 %), ${loopDelayMaxMs} ms at most; up to ${rssMaxMB} MB`,
  );
  console.log(JSON.stringify({ test: 'soak', ...numbers, ...result }));
  process.exitCode = lost + twice + unexpectedExits === 0 ? 0 : 1;
} finally {
  await loader.close();
}

/*
 * npm run test:fleet -- [--workers 3] [--partitions 16] [--streams 1000] [--messages 100000] [--rate 1000] [--every 10] [--checkpoint 10]
 *                       [--faults kill,kill,upgrade] [--no-namespaces]
 *
 * Workers of a cluster with a real nats-server, while sensors publish at QoS 1 over MQTT. Every `every` seconds a fault: kill (kill -9, a new
 * worker follows when others have taken over) or upgrade (SIGTERM, a new worker follows at once). Each worker has a network namespace of its
 * own where this runs as root. Then the partitions of one worker are shared among four. Ends with 0 if every reading counts exactly once,
 * with the same bits as in one service, every alert came exactly once, takeovers took at most 6 s, and the partitions were shared within 15 s.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { createViteServer } from 'vitest/node';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '3' },
    partitions: { type: 'string', default: '16' },
    streams: { type: 'string', default: '1000' },
    messages: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '1000' },
    every: { type: 'string', default: '10' },
    checkpoint: { type: 'string', default: '10' },
    faults: { type: 'string', default: 'kill,kill,upgrade' },
    'no-namespaces': { type: 'boolean', default: false },
  },
});
const number = (name) => {
  const value = Number(values[name]);
  if (!(value > 0)) throw new RangeError(`--${name} ${values[name]} is no number above 0`);
  return value;
};
const faults = values.faults.split(',');
for (const fault of faults)
  if (!['kill', 'upgrade'].includes(fault)) throw new RangeError(`--faults ${fault}: there are kill, upgrade`);

const MAX_TAKEOVER_MS = 6_000;
const MAX_REBALANCE_MS = 15_000;
const [SHARED, WORKERS] = [64, 4];

// Node 20 cannot load TypeScript by itself; the loader of the tests can.
const loader = await createViteServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const load = () =>
  `load of the machine ${loadavg()
    .map((each) => each.toFixed(1))
    .join(' ')} on ${cpus().length} cores`;
try {
  const { fleetFaults, rebalance } = await loader.ssrLoadModule('/test/faults/fleet.ts');
  console.log(load());
  const result = await fleetFaults(
    {
      workers: number('workers'),
      partitions: number('partitions'),
      streams: number('streams'),
      messages: number('messages'),
      rate: number('rate'),
      everyMs: number('every') * 1000,
      faults,
      checkpointSec: number('checkpoint'),
      namespaces: process.getuid?.() === 0 && !values['no-namespaces'],
    },
    (text) => {
      console.error(`${new Date().toISOString()} ${text}`);
    },
  );
  const { stored, counted, streams, misplaced, differing, alerts, alertsMissing, alertsTwice, takeovers } = result;
  const longest = Math.max(0, ...takeovers.map(({ takenMs }) => takenMs));
  const behind = Math.max(0, ...takeovers.map(({ upToDateMs }) => upToDateMs));
  console.log(
    `${stored} readings of ${streams} streams, ${takeovers.length} × kill -9, ${result.upgrades} × upgrade: ${counted} counted, ` +
      `${misplaced} streams misplaced, ${differing} with other bits; ${alerts} alerts, ${alertsMissing} missing or different, ` +
      `${alertsTwice} twice; takeover within ${longest} ms, up to date within ${behind} ms`,
  );
  const shared = await rebalance(SHARED, WORKERS, 2 * MAX_REBALANCE_MS);
  console.log(`${SHARED} partitions from 1 to ${WORKERS} workers in ${shared.ms} ms: ${shared.shares.join(', ')}`);
  console.log(load());
  console.log(JSON.stringify({ test: 'fleet', ...result, rebalance: shared }));
  const right =
    stored === number('messages') &&
    counted === stored &&
    misplaced + differing + alertsMissing + alertsTwice === 0 &&
    longest <= MAX_TAKEOVER_MS &&
    shared.ms <= MAX_REBALANCE_MS &&
    shared.shares.every((share) => share === SHARED / WORKERS);
  process.exitCode = right ? 0 : 1;
} finally {
  await loader.close();
}

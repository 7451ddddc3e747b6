// Measures the cost of open pages of the dashboard: the CPU time of the service with and without 20 clients that listen to the page Now,
// in turn.
// npm run bench:dashboard [--clients 20] [--series 100] [--rate 500] [--rounds 8] [--seconds 5]
//   --rate: readings a second, of all series together
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectAsync } from 'mqtt';
import { median } from './contest.mjs';
import { startBroker } from './path/broker.mjs';
import { startService } from './path/service.mjs';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '20' },
    series: { type: 'string', default: '100' },
    rate: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '5' },
  },
});
const [clients, series, rate, rounds, seconds] = ['clients', 'series', 'rate', 'rounds', 'seconds'].map((name) =>
  Number(values[name]),
);
const PORT = 18788;
/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;

const directory = mkdtempSync(join(tmpdir(), 'zankyo-dashboard-'));
const broker = await startBroker(directory, `0-${cpus().length - 1}`, 0);
const site = {
  site: 'bench',
  database: join(directory, 'zankyo.db'),
  mqtt: { url: broker.url },
  http: { listen: `127.0.0.1:${PORT}` },
  inputs: [{ topic: 'd/+', name: '{1}' }],
  log: { level: 'warn' },
};
const service = await startService(directory, site);
const publisher = await connectAsync(broker.url, { protocolVersion: 5 });

/** CPU time of the service so far, ms. */
function cpuTime() {
  const stat = service.proc('stat').split(') ')[1].split(' ');
  return (Number(stat[11]) + Number(stat[12])) * TICK_MS;
}

let sent = 0;
/** Publishes at the rate for a time, and returns the CPU time of the service as a share of it. */
async function round(ms) {
  const [began, startedAt] = [cpuTime(), performance.now()];
  for (let n = 0; performance.now() - startedAt < ms; n++) {
    const value = 20 + Math.sin(sent / series / 20) + 0.1 * Math.sin(12.9898 * sent);
    publisher.publish(`d/s${sent++ % series}`, value.toFixed(3), { qos: 0 });
    const due = startedAt + ((n + 1) * 1000) / rate;
    if (due > performance.now()) await sleep(due - performance.now());
  }
  return (cpuTime() - began) / (performance.now() - startedAt);
}

/** Opens the clients; each reads and throws away. Returns what closes them. */
async function open() {
  const closing = new globalThis.AbortController();
  let bytes = 0;
  const responses = await Promise.all(
    Array.from({ length: clients }, () =>
      globalThis.fetch(`http://127.0.0.1:${PORT}/api/live?on=status,now`, { signal: closing.signal }),
    ),
  );
  for (const { body } of responses)
    void (async () => {
      for await (const part of body) bytes += part.length;
    })().catch(() => undefined);
  return { bytes: () => bytes, close: () => closing.abort() };
}

await round(1000 * seconds); // warms up
const shares = { without: [], with: [] };
let bytes = 0;
for (let n = 0; n < rounds; n++) {
  shares.without.push(await round(1000 * seconds));
  const opened = await open();
  shares.with.push(await round(1000 * seconds));
  bytes += opened.bytes();
  opened.close();
  await sleep(200);
}
const { learning } = await (await globalThis.fetch(`http://127.0.0.1:${PORT}/healthz`)).json();
const [cpu] = cpus();
console.log(`${cpu.model}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`);
const [off, on] = [median(shares.without), median(shares.with)];
const percent = (share) => `${(100 * share).toFixed(1)} %`;
console.log(
  `${series} series, ${rate} readings a second, ${rounds} rounds of ${seconds} s each; training: ${learning}`,
);
console.log(`CPU of the service: ${percent(off)} of a core without a page, ${percent(on)} with ${clients} pages`);
console.log(`so ${clients} pages take ${percent(on - off)} of a core, ${percent((on - off) / clients)} each`);
console.log(`sent to each: ${(bytes / clients / rounds / seconds / 1000).toFixed(1)} KB a second, before compression`);
console.log(`memory: ${(service.resident() / 1e6).toFixed(0)} MB`);

await service.stop();
await publisher.endAsync();
broker.kill();
rmSync(directory, { recursive: true });

// Measures what open pages of the dashboard cost the service: its CPU time with and without 20 clients that listen to the page Now, in turn.
// npm run bench:dashboard [--clients 20] [--series 100] [--rate 500] [--rounds 8] [--seconds 5]
//   --rate: readings a second, of all series together
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectAsync } from 'mqtt';
import { median } from './contest.mjs';
import { startBroker } from './path/broker.mjs';

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
writeFileSync(
  join(directory, 'site.yaml'),
  JSON.stringify({
    site: 'bench',
    database: join(directory, 'zankyo.db'),
    mqtt: { url: broker.url },
    http: { listen: `127.0.0.1:${PORT}` },
    inputs: [{ topic: 'd/+', name: '{1}' }],
    log: { level: 'warn' },
  }),
);
const main = new URL('../dist/cli/main.js', import.meta.url).pathname;
// With the options of Node in the unit, as an installed service has them.
const unit = readFileSync(new URL('../deploy/zankyo.service', import.meta.url), 'utf8');
const flags = /^ExecStart=\S+ (.*?) ?\/opt\//m.exec(unit)[1].split(' ').filter(Boolean);
const service = spawn(process.execPath, [...flags, main, 'run', '-c', join(directory, 'site.yaml')], {
  stdio: 'inherit',
});
const publisher = await connectAsync(broker.url, { protocolVersion: 5 });
await sleep(3000);

/** CPU time of the service so far, ms, and its memory, bytes. */
function look() {
  const stat = readFileSync(`/proc/${service.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'));
  return { cpu: (Number(stat[11]) + Number(stat[12])) * TICK_MS, resident: Number(resident[1]) * 1024 };
}

let sent = 0;
/** Publishes at the rate for a time, and returns the CPU time of the service as a share of it. */
async function round(ms) {
  const [began, startedAt] = [look(), performance.now()];
  for (let n = 0; performance.now() - startedAt < ms; n++) {
    const value = 20 + Math.sin(sent / series / 20) + 0.1 * Math.sin(12.9898 * sent);
    publisher.publish(`d/s${sent++ % series}`, value.toFixed(3), { qos: 0 });
    const due = startedAt + ((n + 1) * 1000) / rate;
    if (due > performance.now()) await sleep(due - performance.now());
  }
  return (look().cpu - began.cpu) / (performance.now() - startedAt);
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
const { resident } = look();
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
console.log(`memory: ${(resident / 1e6).toFixed(0)} MB`);

const ended = new Promise((resolve) => service.once('exit', resolve));
service.kill('SIGTERM');
await ended;
await publisher.endAsync();
broker.kill();
rmSync(directory, { recursive: true });

// Measures how much the service writes to the card in a day.
// npm run bench:card [-- --series 100 --period 10]: two simulated days with storage: normal, gentle, and gentle with the history in
//   memory, of which the second counts (card-day.mjs); a few minutes
// npm run bench:card -- --minutes 20: the built service in real time, and how much memory it uses, from the counters of its process
//   --in-flight: unacknowledged messages, 0 for any number; --all: with everything that is off by default
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectAsync } from 'mqtt';
import { describeMachine } from './contest.mjs';
import { historyBytes } from './history-bytes.mjs';
import { startBroker } from './path/broker.mjs';
import { startService } from './path/service.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    series: { type: 'string', default: '100' },
    period: { type: 'string', default: '10' },
    'in-flight': { type: 'string', default: '0' },
    all: { type: 'boolean', default: false },
  },
});
if (values.minutes === undefined) {
  describeMachine();
  console.log(`${values.series} series, a reading each ${values.period} s, QoS 1; a simulated day after another one`);
  for (const options of [{}, { storage: 'gentle' }, { storage: 'gentle', history: { storage: 'memory' } }]) {
    const script = new URL('card-day.mjs', import.meta.url).pathname;
    const result = execFileSync(process.execPath, [script, JSON.stringify(options), values.series, values.period, '2']);
    const { aDay, commits } = JSON.parse(result.toString());
    const megabytes = (aDay.at(-1) / 1e6).toFixed(0);
    console.log(`${JSON.stringify(options)}: ${megabytes} MB a day, ${commits.toFixed(0)} transactions a day`);
  }
  process.exit();
}
const [minutes, series, period] = [values.minutes, values.series, values.period].map(Number);
/** Minutes that are not counted: each stream is saved for the first time, and memory is allocated. */
const BEGINNING = 3;
const MINUTE_MS = 60_000;
const DAY = 24 * 60;

const directory = mkdtempSync(join(tmpdir(), 'zankyo-card-'));
const broker = await startBroker(directory, `0-${cpus().length - 1}`, Number(values['in-flight']));
const site = {
  site: 'card',
  database: join(directory, 'zankyo.db'),
  mqtt: { url: broker.url },
  inputs: [{ topic: 'card/+', name: '{1}' }],
  log: { level: 'warn' },
  ...(values.all ? await everything() : {}),
};
const service = await startService(directory, site);
const publisher = await connectAsync(broker.url, { protocolVersion: 5 });

/** All that is off by default: commands, Home Assistant, metrics with each series, notifications, calendars. */
async function everything() {
  const receiver = createServer((request, response) => request.resume().once('end', () => response.end()));
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  receiver.unref();
  const url = `http://127.0.0.1:${receiver.address().port}/`;
  return {
    commands: { mqtt: true },
    home_assistant: { enabled: true, device: 'series' },
    http: { listen: '127.0.0.1:18787', series_metrics: series },
    notify: { bench: { type: 'webhook', url } },
    maintenance: [{ rule: 'FREQ=WEEKLY;BYDAY=SU', start: '2026-01-04T03:00', for: '10m' }],
    holidays: { dates: ['12-25'] },
  };
}

/** Bytes written to the disk, and bytes in memory. */
function look() {
  const written = /^write_bytes: (\d+)$/m.exec(service.proc('io'));
  return { written: Number(written[1]), resident: service.resident() };
}

const startedAt = Date.now();
const marks = [];
for (let n = 0; Date.now() - startedAt < minutes * MINUTE_MS; n++) {
  // Spread evenly over the period, each with its own values.
  const s = n % series;
  const t = n / series;
  const value = 20 + 5 * Math.sin(t / (20 + s)) + 0.1 * Math.sin(12.9898 * n);
  publisher.publish(`card/s${s}`, value.toFixed(3), { qos: 1 });
  if (Date.now() - startedAt >= (marks.length + 1) * MINUTE_MS) {
    if (values.all) await (await globalThis.fetch('http://127.0.0.1:18787/metrics')).text();
    marks.push(look());
    const { written, resident } = marks.at(-1);
    console.error(
      `${marks.length} min: ${(written / 1e6).toFixed(1)} MB written, ${(resident / 1e6).toFixed(1)} MB in memory`,
    );
  }
  const due = startedAt + ((n + 1) * period * 1000) / series;
  await sleep(Math.max(0, due - Date.now()));
}
const [first, last] = [marks[BEGINNING - 1], look()];
const span = minutes - BEGINNING;
describeMachine();
console.log(
  `${series} series, a reading each ${period} s, QoS 1, default options, node ${service.flags}, ${span} minutes`,
);
console.log(`written: ${(((last.written - first.written) / span) * (DAY / 1e6)).toFixed(0)} MB a day`);
console.log(
  `memory: ${(last.resident / 1e6).toFixed(0)} MB, ${(((last.resident - first.resident) / span) * (60 / 1e6)).toFixed(1)} MB an hour more`,
);

const history = await historyBytes(series, period);
console.log(
  `of that the history: ${(history.aDay / 1e6).toFixed(1)} MB a day; it keeps ${(history.kept / 1e3).toFixed(0)} KB of a series for good`,
);

await service.stop();
await publisher.endAsync();
broker.kill();
rmSync(directory, { recursive: true });

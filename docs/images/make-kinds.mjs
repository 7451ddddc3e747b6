// Draws docs/images/kinds.svg from the built program: npm run build && node docs/images/make-kinds.mjs
// Six generated series, each with one fault. A panel shows the first alert of the program and the evidence at its peak.
import { writeFileSync } from 'node:fs';
import { monitorOptions } from '../../dist/app/pipeline/monitor-options.js';
import { tuningSchema } from '../../dist/config/schema/tuning.js';
import { StreamMonitor } from '../../dist/detect/stream-monitor.js';
import { loadKernel } from '../../dist/io/files/kernel-file.js';
import { Random } from '../../dist/math/random.js';

const INTERVAL = 300_000;
const DAY = 288; // readings
const BEFORE = 50;
const AFTER = 32;
const START = Date.UTC(2026, 0, 5);
const SEED = 5;
const daily = (k) => 6 * Math.sin((2 * Math.PI * k) / DAY);
const square = (k, half) => (k % (2 * half) < half ? 1 : 0);

/** Title; readings before the fault and in it; values of each series at reading k, reading t of the fault; r makes noise. */
const FAULTS = [
  ['spike', 4000, 1, (k, t, r) => [20 + daily(k) + 0.3 * r.normal() + (t === 0 ? 5 : 0)]],
  ['steady rise', 4000, AFTER, (k, t, r) => [20 + daily(k) + 0.4 * r.normal() + 0.6 * Math.max(0, t)]],
  ['noise 1.9 times as large', 4000, AFTER, (k, t, r) => [20 + r.normal() * (t >= 0 ? 1.9 : 1)]],
  ['shift of the mean', 4000, AFTER, (k, t, r) => [20 + r.normal() + (t >= 0 ? 2.5 : 0)]],
  [
    'two cycles of half the length',
    20_004,
    12,
    (k, t, r) => [20 + 5 * square(k, t >= 0 && t < 12 ? 3 : 6) + 0.2 * r.normal()],
  ],
  [
    'two series no longer agree',
    4000,
    AFTER,
    (k, t, r) => {
      const common = daily(k) / 2 + r.normal();
      return [20 + common + 0.2 * r.normal(), 26 + common * (t >= 0 ? -1 : 1) + 0.2 * r.normal()];
    },
  ],
];

/** The readings around the fault, and the first episode that opens in it. */
function run([title, from, length, valuesAt]) {
  const random = new Random(SEED);
  const events = [];
  const points = [];
  let monitor;
  for (let k = 0; k < from + AFTER; k++) {
    const values = valuesAt(k, k - from, random);
    monitor ??= new StreamMonitor(
      's',
      values.map((_, d) => ({ slug: `s${d}`, unit: '', range: null, only: 'both' })),
      monitorOptions(tuningSchema.parse({}), loadKernel()),
      (event) => events.push(event),
    );
    const at = START + k * INTERVAL;
    values.forEach((value, d) => monitor.take(d, { series: `s${d}`, at, value, receivedAt: at }));
    if (k - from >= -BEFORE) points.push({ t: k - from, values });
  }
  const faultAt = START + from * INTERVAL;
  const opened = events.find(({ phase, at }) => phase === 'opened' && at >= faultAt);
  const { anomaly } = events.findLast((event) => event.anomaly.id === opened.anomaly.id);
  return { title, length, points, openedAt: (opened.at - faultAt) / INTERVAL, anomaly };
}

const WIDTH = 860;
const PANEL = { width: 272, height: 178 };
const text = (x, y, content, extra = '') => `<text x="${x}" y="${y}" ${extra}>${content}</text>`;
const panel = ({ title, length, points, openedAt, anomaly }, i) => {
  const left = 14 + (i % 3) * (PANEL.width + 12);
  const top = 12 + Math.floor(i / 3) * (PANEL.height + 14);
  const all = points.flatMap(({ values }) => values);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = (t) => left + 8 + ((t + BEFORE) / (BEFORE + AFTER - 1)) * (PANEL.width - 16);
  const y = (v) => top + 112 - ((v - low) / (high - low)) * 78;
  const lines = points[0].values.map((_, d) => {
    const path = points.map(({ t, values }, k) => `${k ? 'L' : 'M'}${x(t).toFixed(1)} ${y(values[d]).toFixed(1)}`);
    return `<path d="${path.join('')}" fill="none" stroke="${['#1b4f8f', '#2a7d4f'][d]}" stroke-width="1.2"/>`;
  });
  const kinds = Object.entries(anomaly.evidence).sort(([, a], [, b]) => b - a);
  const shares = kinds.map(([kind, share]) => `${kind} ${Math.round(100 * share)} %`);
  return `<rect x="${left}" y="${top}" width="${PANEL.width}" height="${PANEL.height}" rx="5" fill="#fff" stroke="#c9cfdb"/>
<rect x="${x(-0.5).toFixed(1)}" y="${top + 26}" width="${(x(length - 0.5) - x(-0.5)).toFixed(1)}" height="92" fill="#fdf3dc"/>
${text(left + 10, top + 18, title, 'font-weight="600"')}
${lines.join('\n')}
<path d="M${x(openedAt).toFixed(1)} ${top + 26}v92" stroke="#c33" stroke-width="1.3"/>
${text(left + 10, top + 135, `alarm at reading ${openedAt + 1}, peak score ${anomaly.score.toFixed(2)}`, 'fill="#c33"')}
${text(left + 10, top + 151, shares.slice(0, 2).join(', '))}
${text(left + 10, top + 166, shares.slice(2).join(', '))}`;
};
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${12 + 2 * (PANEL.height + 14)}" font-family="system-ui, sans-serif" font-size="11" fill="#334">
<rect width="100%" height="100%" rx="6" fill="#fff"/>
${FAULTS.map(run).map(panel).join('\n')}
</svg>
`;
writeFileSync(new URL('kinds.svg', import.meta.url), svg);

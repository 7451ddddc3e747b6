// Draws docs/images/alarm-timeline.svg from the built program: npm run build && node docs/images/make-timeline.mjs
// One series, a reading a minute, tuned as docs/when-an-alarm-opens.md says. Every mark is an event of the program.
import { writeFileSync } from 'node:fs';
import { monitorOptions } from '../../dist/app/pipeline/monitor-options.js';
import { tuningSchema } from '../../dist/config/schema/tuning.js';
import { StreamMonitor } from '../../dist/detect/stream-monitor.js';
import { loadKernel } from '../../dist/io/files/kernel-file.js';
import { Random } from '../../dist/math/random.js';

const MINUTE = 60_000;
const TRAINED = 6000; // readings before the picture begins
const SHOWN = 390;
const START = Date.UTC(2026, 0, 5);
const tuning = tuningSchema.parse({ min_duration: '3m', cool_down: '1h' });

/** The level of the series, in minutes since the picture begins. */
const levelAt = (minute) => {
  if (minute === 30) return 57; // one reading: shorter than min_duration
  if (minute >= 60 && minute < 90) return 56;
  if (minute >= 90 && minute < 110) return 62;
  if (minute >= 236 && minute < 256) return 54.5; // within cool_down, as high as the pulses before
  if (minute >= 350 && minute < 380) return 43;
  return 50;
};

const events = [];
const series = [{ slug: 'flow', unit: 'l/min', range: null, only: 'both' }];
const monitor = new StreamMonitor('flow', series, monitorOptions(tuning, loadKernel()), (event) => events.push(event));
const random = new Random(1);
const points = [];
for (let k = 0; k < TRAINED + SHOWN; k++) {
  const at = START + k * MINUTE;
  const value = Math.round(10 * (levelAt(k - TRAINED) + random.normal())) / 10;
  monitor.take(0, { series: 'flow', at, value, receivedAt: at });
  if (k >= TRAINED) points.push({ minute: k - TRAINED, value, score: monitor.detector.verdict.score });
}

const minuteOf = (at) => (at - START) / MINUTE - TRAINED;
const phases = events.map(({ phase, at, anomaly }) => ({ phase, minute: minuteOf(at), severity: anomaly.severity }));
const over = points.filter(({ score }) => score > 1).map(({ minute }) => minute);
const opened = phases.filter(({ phase }) => phase === 'opened').map(({ minute }) => minute);
const closed = phases.filter(({ phase }) => phase === 'closed').map(({ minute }) => minute);

const WIDTH = 860;
const LEFT = 56;
const RIGHT = 20;
const x = (minute) => LEFT + (minute / SHOWN) * (WIDTH - LEFT - RIGHT);
const scale = (top, bottom, low, high) => (v) => bottom - ((v - low) / (high - low)) * (bottom - top);
const line = (y, key) =>
  points.map((p, i) => `${i ? 'L' : 'M'}${x(p.minute).toFixed(1)} ${y(p[key]).toFixed(1)}`).join('');
const text = (px, py, content, extra = '') => `<text x="${px}" y="${py}" ${extra}>${content}</text>`;
const y1 = scale(60, 170, 40, 66);
const y2 = scale(206, 300, 0, 3);
const LANE = 330;
const bar = (from, to, fill, label) =>
  `<rect x="${x(from).toFixed(1)}" y="${LANE}" width="${(x(to) - x(from)).toFixed(1)}" height="22" fill="${fill}"/>` +
  text((x(from) + x(to)) / 2, LANE + 15, label, 'text-anchor="middle"');
// The numbers stand in docs/when-an-alarm-opens.md.
const marks = [
  over[0],
  over.find((minute) => minute > 50),
  ...phases.map(({ minute }) => minute).filter((minute) => minute <= closed[0]),
  over.find((minute) => minute > closed[0] + 10),
  ...opened.slice(1),
];
// Beside the one before it where it would lie on it.
const labels = marks.reduce((placed, minute) => [...placed, Math.max(x(minute), (placed.at(-1) ?? 0) + 18)], []);
const mark = (minute, n) => {
  const [px, label] = [x(minute).toFixed(1), labels[n].toFixed(1)];
  return `<path d="M${label} 40L${px} 54V${LANE + 22}" fill="none" stroke="#889" stroke-dasharray="2 3"/>
<circle cx="${label}" cy="40" r="8" fill="#334"/>${text(label, 44, n + 1, 'text-anchor="middle" fill="#fff" font-weight="600"')}`;
};
const hours = [0, 60, 120, 180, 240, 300, 360];
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} 392" font-family="system-ui, sans-serif" font-size="12" fill="#334">
<rect width="100%" height="100%" rx="6" fill="#fff"/>
${text(LEFT, 16, 'Flow, l/min (one reading a minute; min_duration 3 min, cool_down 1 h, all else as by default)', 'font-weight="600"')}
${[45, 50, 55, 60, 65].map((v) => `<path d="M${LEFT} ${y1(v)}H${WIDTH - RIGHT}" stroke="#e6e8ee"/>${text(LEFT - 8, y1(v) + 4, v, 'text-anchor="end"')}`).join('')}
<path d="${line(y1, 'value')}" fill="none" stroke="#1b4f8f" stroke-width="1.3"/>
${text(LEFT, 196, 'Score: above 1 is anomalous. While an episode is open it falls slowly, and not below 1', 'font-weight="600"')}
${[0, 1, 2, 3].map((v) => text(LEFT - 8, y2(v) + 4, v, 'text-anchor="end"')).join('')}
<path d="M${LEFT} ${y2(1)}H${WIDTH - RIGHT}" stroke="#c33" stroke-dasharray="4 3"/>
<path d="M${LEFT} ${y2(0.7)}H${WIDTH - RIGHT}" stroke="#2a7d4f" stroke-dasharray="4 3"/>
<path d="${line(y2, 'score')}" fill="none" stroke="#7a5c00" stroke-width="1.2"/>
${text(LEFT, 322, 'Episode', 'font-weight="600"')}
${opened.map((minute, k) => bar(minute, closed[k] ?? SHOWN, '#f2b8b5', 'open')).join('')}
${closed.map((minute) => bar(minute, Math.min(SHOWN, minute + 60), '#dfe5ef', SHOWN - minute > 30 ? 'cool_down' : '')).join('')}
${marks.map(mark).join('\n')}
${hours.map((minute) => text(x(minute), 376, `${minute / 60} h`, 'text-anchor="middle"')).join('')}
</svg>
`;
writeFileSync(new URL('alarm-timeline.svg', import.meta.url), svg);
for (const { phase, minute, severity } of phases) console.log(`${minute} min: ${phase}, ${severity}`);
console.log(`marks at ${marks.join(', ')} min`);

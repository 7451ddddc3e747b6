// Draws docs/images/level-shift.svg from the built program: npm run build && node docs/images/make-picture.mjs
import { writeFileSync } from 'node:fs';
import { schedule } from '../../dist/app/demo/schedule.js';
import { demoSite, WARMUP_DAYS } from '../../dist/app/demo/site.js';
import { INSTRUMENTS, SERIES } from '../../dist/app/demo/plant.js';
import { Station } from '../../dist/app/demo/station.js';
import { monitorOptions } from '../../dist/app/pipeline/monitor-options.js';
import { loadKernel } from '../../dist/io/files/kernel-file.js';
import { StreamMonitor } from '../../dist/detect/stream-monitor.js';

const START = Date.UTC(2026, 0, 5);
const MINUTE = 60_000;
const FROM = Date.UTC(2026, 0, 8, 20);
const TO = Date.UTC(2026, 0, 9, 12);
const SHOWN = SERIES.indexOf('pressure');

const station = new Station(1, START, schedule(1, START, 21, WARMUP_DAYS));
const series = SERIES.map((slug) => ({ slug, unit: INSTRUMENTS[slug].unit, range: null, only: 'both' }));
const events = [];
const options = monitorOptions(demoSite('mqtt://localhost', 'unused.db').tuning, loadKernel());
const monitor = new StreamMonitor('pump-station', series, options, (event) => events.push(event));
const points = [];
for (let at = START; at < TO; at += MINUTE) {
  const { values } = station.next();
  values.forEach(({ series: name, value }, d) => {
    if (value !== null) monitor.take(d, { series: name, at, value, receivedAt: at });
  });
  if (at < FROM) continue;
  const { value, lower, upper } = monitor.detector.series[SHOWN];
  points.push({ at, value, lower, upper, score: monitor.detector.verdict.score });
}

const WIDTH = 860;
const LEFT = 56;
const RIGHT = 26;
const x = (at) => LEFT + ((at - FROM) / (TO - FROM)) * (WIDTH - LEFT - RIGHT);
const scale = (top, bottom, low, high) => (v) =>
  bottom - ((Math.max(low, Math.min(high, v)) - low) / (high - low)) * (bottom - top);
const line = (y, key) => points.map((p, i) => `${i ? 'L' : 'M'}${x(p.at).toFixed(1)} ${y(p[key]).toFixed(1)}`).join('');
const y1 = scale(34, 214, 1.8, 5.4);
const y2 = scale(250, 330, 0, 8);
const back = [...points]
  .reverse()
  .map((p) => `L${x(p.at).toFixed(1)} ${y1(p.lower).toFixed(1)}`)
  .join('');
const opened = events.find(({ phase, at }) => phase === 'opened' && at >= FROM);
const hours = [];
for (let at = FROM; at <= TO; at += 2 * 3_600_000) hours.push(at);
const text = (px, py, content, extra = '') => `<text x="${px}" y="${py}" ${extra}>${content}</text>`;

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} 372" font-family="system-ui, sans-serif" font-size="12" fill="#334">
<rect width="100%" height="100%" fill="#fff"/>
${text(LEFT, 20, 'Discharge pressure, bar: measured, and the band that the network expected one minute before', 'font-weight="600"')}
${[2, 3, 4, 5].map((v) => `<path d="M${LEFT} ${y1(v)}H${WIDTH - RIGHT}" stroke="#e6e8ee"/>${text(LEFT - 8, y1(v) + 4, v, 'text-anchor="end"')}`).join('')}
<path d="${line(y1, 'upper')}${back}Z" fill="#9cc3f5" fill-opacity=".55"/>
<path d="${line(y1, 'value')}" fill="none" stroke="#1b4f8f" stroke-width="1.3"/>
${text(LEFT, 240, 'Score: above 1 is anomalous', 'font-weight="600"')}
${[0, 4, 8].map((v) => text(LEFT - 8, y2(v) + 4, v, 'text-anchor="end"')).join('')}
<path d="M${LEFT} ${y2(1)}H${WIDTH - RIGHT}" stroke="#c33" stroke-dasharray="4 3"/>
<path d="${line(y2, 'score')}" fill="none" stroke="#7a5c00" stroke-width="1.2"/>
<path d="M${x(opened.at)} 34V330" stroke="#c33"/>
${text(x(opened.at) + 6, 48, `${new Date(opened.at).toISOString().slice(11, 16)} alert`, 'fill="#c33" font-weight="600"')}
${hours.map((at) => text(x(at), 350, new Date(at).toISOString().slice(11, 16), 'text-anchor="middle"')).join('')}
</svg>
`;
writeFileSync(new URL('level-shift.svg', import.meta.url), svg);
console.log(opened.anomaly.reason);

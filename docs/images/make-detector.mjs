// Draws docs/images/detector.svg, the five steps of the detector: node docs/images/make-detector.mjs
import { writeFileSync } from 'node:fs';

const text = (x, y, content, extra = '') => `<text x="${x}" y="${y}" ${extra}>${content}</text>`;
const box = (x, y, width, height, fill, title, lines = []) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="5" fill="${fill}" stroke="#8a93a8"/>` +
  text(x + 10, y + 18, title, 'font-weight="600"') +
  lines.map((line, i) => text(x + 10, y + 35 + 15 * i, line)).join('');
const arrow = (path, extra = '') =>
  `<path d="${path}" fill="none" stroke="#556" stroke-width="1.3" marker-end="url(#head)" ${extra}/>`;

const ways = [
  ['collective: weighted sum', ['extreme, level, volatility,', 'sequence, forecast_error']],
  ['point: weighted sum', ['forecast_error, jump,', 'flatline, flatline_exit']],
  ['contextual: the largest', ['correlation, duration, cycle,', 'occupancy; if trusted: sequence']],
  ['mean shift', ['mean_shift, with its', 'own threshold']],
];

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 470" font-family="system-ui, sans-serif" font-size="11" fill="#334">
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8Z" fill="#556"/></marker></defs>
<rect width="100%" height="100%" rx="6" fill="#fff"/>
${box(16, 30, 122, 66, '#eef1f7', 'Sensor checks', ['range, max_step,', 'error codes, clock'])}
${arrow('M81 12V29')}${text(88, 22, 'reading')}
${arrow('M138 63H199')}${text(144, 56, 'sample')}
${box(200, 30, 145, 66, '#e3edfb', '1  Observe', ['level and step on', 'compressed axes'])}
${box(200, 130, 145, 96, '#e3edfb', 'Forecast of the step', ['network and baseline,', 'made one reading ago,', 'weighted by their', 'mean losses'])}
${arrow('M272 96V129')}
${arrow('M345 63H389')}${arrow('M345 178H389')}
${text(390, 20, '2  Score: evidence in four ways', 'font-weight="600"')}
${ways.map(([title, lines], i) => box(390, 30 + 64 * i, 200, 56, '#fdf3dc', title, lines) + arrow(`M590 ${58 + 64 * i}L639 ${70 + 12 * i}`)).join('\n')}
${box(640, 30, 206, 156, '#fbe4e2', '3  Decide', ['evidence = the largest of the four,', 'joint for a group;', 'excursion: readings of one event;', 'how many a week are so novel?', 'score = 1 + 0.3 log\u2081\u2080(W / rate);', 'above 1: less than W times', 'a week, anomalous'])}
${arrow('M740 186V219')}
${box(640, 220, 206, 66, '#fbe4e2', 'Episode', ['opened, updated, closed;', 'row in the database, alert'])}
${arrow('M81 96V420H639', 'stroke-dasharray="4 3"')}${text(92, 412, 'a sensor fault: neither scored nor learned')}
${box(640, 386, 206, 66, '#fbe4e2', 'Sensor episode', ['opened and closed by', 'rules of its own'])}
${box(160, 298, 214, 80, '#e4f3e6', '4  Learn, 5  Advance', ['learn, unless the series is held:', 'then only its challenger learns;', 'forecast the next step'])}
${arrow('M846 108H853V338H375')}
${arrow('M272 298V227')}
</svg>
`;
writeFileSync(new URL('detector.svg', import.meta.url), svg);

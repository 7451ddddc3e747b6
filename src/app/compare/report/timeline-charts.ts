import type { Anomaly } from '../../../detect/episode/anomaly.ts';
import { BLOCKS } from '../blocks.ts';
import type { TimeWindow } from '../../../io/files/label-windows.ts';
import type { Comparison } from '../compare.ts';
import type { ContenderResult } from '../run-contender.ts';
import type { RunView } from '../run-view.ts';
import type { SeriesTrace, Trace } from '../trace.ts';
import { html, type Content, type Markup } from './markup.ts';
import { percent, scale, short, ticks, timeTicks } from './scale.ts';
import { barAt, HEIGHT, lane, place, stretched, timeAxis, WIDTH } from './timeline.ts';

/* Charts over the time of the recording. */

/** Minimum width of the mark of an episode. */
const NARROWEST = 2;
/** A pause of this many usual bucket lengths breaks the line. */
const PAUSE = 5;
/** Higher scores are drawn at this height. */
const HIGHEST_SCORE = 5;
/** Maximum number of series with a chart. */
const MAX_CHARTS = 12;

type Time = Pick<Comparison, 'firstAt' | 'lastAt'>;

const across = ({ firstAt, lastAt }: Time): ((at: number) => number) => scale(firstAt, lastAt, 0, WIDTH);
const axisOf = (time: Time): Markup => timeAxis(timeTicks(time.firstAt, time.lastAt), across(time));

interface Axes {
  readonly low: number;
  readonly high: number;
  /** Class that gives the height. */
  readonly size: string;
  /** Description of the chart for screen readers. */
  readonly about: string;
  readonly most?: number;
}

/** A chart with its vertical axis; `draw` gets the function from a value to its position. */
function plot({ low, high, size, about, most = 4 }: Axes, draw: (y: (value: number) => number) => Content): Markup {
  const y = scale(low, high, HEIGHT, 0);
  const marks = ticks(low, high, most);
  return html`<div class="y ${size}">
      ${marks.map((v) => html`<span style="top:${percent(y(v) / HEIGHT)}">${short(v)}</span>`)}
    </div>
    ${stretched(about, [marks.map((v) => html`<path class="grid" d="M0 ${place(y(v))}H${WIDTH}" />`), draw(y)], size)}`;
}

/** Position of the k-th value of a line, and whether the line is broken after it. */
interface Line {
  readonly x: (k: number) => number;
  readonly pause: (k: number) => boolean;
}

/** Breaks of a thinned line: after each bucket that is followed by a long pause. */
function pausesIn({ at }: Pick<Trace, 'at'>): (k: number) => boolean {
  const steps = at.slice(1).map((time, k) => time - at[k]);
  const usual = steps.toSorted()[steps.length >> 1];
  return (k) => steps[k] > PAUSE * usual || steps[k] <= 0;
}

/** One line through the minimum and maximum of each bucket. */
function envelopePath({ min, max }: SeriesTrace, { x, pause }: Line, y: (v: number) => number): string {
  let path = '';
  let pen = 'M';
  for (let k = 0; k < min.length; k++) {
    if (Number.isNaN(min[k])) pen = 'M';
    else {
      const px = place(x(k));
      path += `${pen}${px} ${place(y(min[k]))}`;
      if (max[k] > min[k]) path += `V${place(y(max[k]))}`;
      pen = pause(k) ? 'M' : 'L';
    }
  }
  return path;
}

/** The band as one area for each stretch without a pause. */
function bandPath({ lower, upper }: SeriesTrace, { x, pause }: Line, y: (v: number) => number): string {
  let path = '';
  let there = '';
  let back = '';
  for (let k = 0; k <= lower.length; k++) {
    const known = k < lower.length && !Number.isNaN(lower[k]) && !Number.isNaN(upper[k]);
    if (known) {
      const px = place(x(k));
      there += `${there === '' ? 'M' : 'L'}${px} ${place(y(upper[k]))}`;
      back = `L${px} ${place(y(lower[k]))}${back}`;
    }
    if (there !== '' && (!known || pause(k))) {
      path += `${there}${back}Z`;
      there = back = '';
    }
  }
  return path;
}

/** One line through the values, broken where one is missing. */
function linePath(values: Float64Array, { x, pause }: Line, y: (v: number) => number): string {
  let path = '';
  let pen = 'M';
  for (const [k, value] of values.entries()) {
    if (Number.isNaN(value)) pen = 'M';
    else {
      path += `${pen}${place(x(k))} ${place(y(value))}`;
      pen = pause(k) ? 'M' : 'L';
    }
  }
  return path;
}

const washes = (episodes: readonly Anomaly[], time: Time): readonly Markup[] => {
  const x = across(time);
  return episodes.map(({ startAt, endAt, reason }) => {
    const { from, width } = barAt(x, startAt, endAt ?? time.lastAt, NARROWEST);
    return html`<g
      ><title>${reason}</title><rect class="wash" x="${from}" y="0" width="${width}" height="${HEIGHT}" /><path
        class="edge"
        d="M${from} 0V${HEIGHT}"
    /></g>`;
  });
};

/** A bar along the lower edge for each labelled time. */
const labelMarks = (labels: readonly TimeWindow[], time: Time): readonly Markup[] => {
  const x = across(time);
  return labels.map(([start, end]) => {
    const { from, width } = barAt(x, start, end, NARROWEST);
    return html`<rect class="label" x="${from}" y="${HEIGHT - 5}" width="${width}" height="5" />`;
  });
};

/** Minimum and maximum of the known values, with a margin. */
function rangeOf(...all: readonly Float64Array[]): { readonly low: number; readonly high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const values of all)
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  if (!(high > low)) return Number.isFinite(low) ? { low: low - 1, high: high + 1 } : { low: 0, high: 1 };
  const air = 0.06 * (high - low);
  return { low: low - air, high: high + air };
}

/** A recording, the forecasts for it, and the anomalies that were reported. */
export function recordingCharts(view: RunView): Markup {
  const { columns, series, trace, episodes, noteOf, forecaster, labels } = view;
  const x = across(view);
  const line: Line = { x: (k) => x(trace.at[k]), pause: pausesIn(trace) };
  const led = (d: number): readonly Anomaly[] => episodes.filter((each) => each.series === series[d]);
  const shown = columns
    .map((_, d) => d)
    .filter((d) => trace.series[d].min.some((value) => !Number.isNaN(value)))
    .toSorted((a, b) => led(b).length - led(a).length)
    .slice(0, MAX_CHARTS)
    .sort((a, b) => a - b);
  const size = shown.length > 1 ? 'small' : 'tall';
  const charts = shown.map((d) => {
    const own = trace.series[d];
    const about = `${columns[d]}: measured and expected`;
    return html`<h3>${columns[d]}<small>${noteOf(d)}</small></h3>
      <div class="plot">
        ${plot({ ...rangeOf(own.min, own.max), size, about }, (y) => [
          html`<path class="band" d="${bandPath(own, line, y)}" />`,
          labelMarks(labels ?? [], view),
          washes(led(d), view),
          html`<path class="line measured" d="${envelopePath(own, line, y)}" />`,
        ])}${axisOf(view)}
      </div>`;
  });
  const more = columns.length - shown.length;
  return html`<figure>
    <ul class="legend">
      <li class="ink"><i class="thin"></i>measured</li>
      <li>
        <i style="background:var(--band)"></i>99 % range of the forecast by ${forecaster}, made one reading before
      </li>
      <li><i style="background:var(--alarm-wash)"></i>anomaly, in the series that led it</li>
      ${labels === null ? null : html`<li><i style="background:var(--label)"></i>label, along the lower edge</li>`}
    </ul>
    ${charts}
    ${more > 0 ? html`<p class="note">${more} more series are not drawn: they have no value, or fewer anomalies.</p>` : null}
    <h3>Score<small>above 1 is anomalous; drawn up to ${HIGHEST_SCORE}</small></h3>
    <div class="plot">
      ${plot({ low: 0, high: HIGHEST_SCORE, size: 'low', about: 'The highest score of each moment', most: 3 }, (y) => [
        html`<path class="limit" d="M0 ${place(y(1))}H${WIDTH}" />`,
        html`<path class="line score" d="${linePath(trace.score, line, y)}" />`,
      ])}${axisOf(view)}
    </div>
  </figure>`;
}

/** The episodes over time: one lane for each contender. */
export function lanes(comparison: Comparison): Markup {
  const x = across(comparison);
  const laneOf = ({ contender, episodes }: ContenderResult): Markup => {
    const marks = episodes
      .filter(({ kind }) => kind !== 'sensor')
      .map(({ startAt, endAt, reason }) => {
        const { from, width } = barAt(x, startAt, endAt ?? comparison.lastAt, NARROWEST);
        return html`<rect x="${from}" y="15" width="${width}" height="70" fill="currentColor"
          ><title>${reason}</title></rect
        >`;
      });
    return lane(contender.label, `Anomalies by ${contender.label}`, marks, `c-${contender.cell ?? 'none'}`);
  };
  return html`<figure><div class="plot">${comparison.results.map(laneOf)}${axisOf(comparison)}</div></figure>`;
}

/** The log-loss over time: the baseline, and the best learner of each cell. */
export function learningChart(shown: readonly ContenderResult[]): Markup {
  const x = scale(0, BLOCKS, 0, WIDTH);
  const line: Line = { x: (k) => x(k + 0.5), pause: () => false }; // the middle of each block
  const curves = shown.map(({ losses }) => losses.means);
  const { low, high } = rangeOf(...curves);
  return html`<figure>
    <div class="plot">
      ${plot({ low, high, size: 'tall', about: 'Log-loss over the recording' }, (y) =>
        shown.map(
          ({ contender }, i) =>
            html`<path
              class="line c-${contender.cell ?? 'none'}"
              d="${linePath(curves[i], line, y)}"
              ${contender.cell === null ? html` stroke-dasharray="5 4"` : null}
              ><title>${contender.label}</title></path
            >`,
        ),
      )}
      <div class="x">
        <span style="left:0;transform:none">first row</span
        ><span style="left:100%;transform:translateX(-100%)">last row</span>
      </div>
    </div>
    <ul class="legend">
      ${shown.map(({ contender }) => html`<li class="c-${contender.cell ?? 'none'}"><i class="thin"></i>${contender.label}</li>`)}
    </ul>
  </figure>`;
}

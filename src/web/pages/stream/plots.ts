import uPlot from 'uplot';
import { tone } from './tones.ts';
import { clock, clockWithSeconds, day, number, timeZone } from '../../parts/format.ts';
import type { Columns } from './columns.ts';
import { gutterOf, RIGHT } from './lanes.ts';
import type { View } from './view.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

/** Labels of the time axis, on the clock of the site: the day where it begins, else the time. */
const timeLabels = (_: uPlot, splits: readonly number[], __: number, ___: number, step: number): string[] => {
  let before = '';
  return splits.map((at) => {
    const today = day(at);
    const label = step >= DAY || clock(at) === '00:00' ? today : step < MINUTE ? clockWithSeconds(at) : clock(at);
    const first = before === '' && step < DAY && label !== today ? `${label}\n${today}` : label;
    before = today;
    return first;
  });
};

export interface PlotOptions {
  readonly width: number;
  readonly height: number;
  readonly y: () => readonly [number, number];
  readonly view: () => View;
  readonly series: readonly uPlot.Series[];
  readonly bands?: readonly uPlot.Band[];
  /** With the labels of the time axis. */
  readonly times?: boolean;
  readonly under?: (plot: uPlot) => void;
  readonly over?: (plot: uPlot) => void;
  readonly onHover?: (index: number | null) => void;
}

const SYNC = 'stream';

/** A chart of the page: all have the same margins, the same time axis and one cursor. */
export const plotOf = (place: HTMLElement, data: uPlot.AlignedData, options: PlotOptions): uPlot => {
  const { width, height, y, view, series, bands = [], times = false, under, over, onHover } = options;
  const font = `11px ${tone('font')}`;
  const axis = { stroke: tone('quiet'), font, ticks: { show: false }, grid: { stroke: tone('line'), width: 1 } };
  return new uPlot(
    {
      width,
      height,
      ms: 1,
      pxAlign: false,
      tzDate: (at) => uPlot.tzDate(new Date(at), timeZone()),
      padding: [8, RIGHT, times ? 0 : 4, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { show: false },
        sync: { key: SYNC, scales: ['x', null] },
      },
      scales: {
        x: { time: true, auto: false, range: () => [view().from, view().until] },
        y: { auto: false, range: () => [...y()] as [number, number] },
      },
      axes: [
        { ...axis, show: true, size: times ? 40 : 0, values: times ? timeLabels : () => [], space: 70, gap: 6 },
        {
          ...axis,
          size: gutterOf(width),
          space: 34,
          gap: 6,
          values: (_, splits) => splits.map((split) => number(split)),
        },
      ],
      series: [{}, ...series],
      bands: [...bands],
      hooks: {
        drawClear: under === undefined ? [] : [under],
        draw: over === undefined ? [] : [over],
        setCursor:
          onHover === undefined
            ? []
            : [
                (plot) => {
                  onHover(plot.cursor.idx ?? null);
                },
              ],
      },
    },
    data,
    place,
  );
};

/** The value: its band in one interval or two, least and greatest, mean, expected. */
export const valueSeries = (): { readonly series: uPlot.Series[]; readonly bands: uPlot.Band[] } => ({
  // Columns: lower, gapFrom, gapTo, upper, min, max, expected, mean. Bands need a line to fill to, so these lines are drawn clear.
  series: [
    ...Array.from({ length: 6 }, (): uPlot.Series => ({ stroke: 'transparent', width: 0, points: { show: false } })),
    { stroke: tone('accent'), width: 1, dash: [4, 3], points: { show: false } },
    { stroke: tone('value'), width: 1.5, points: { show: false } },
  ],
  bands: [
    { series: [2, 1], fill: tone('band') },
    { series: [4, 3], fill: tone('band') },
    { series: [6, 5], fill: `${tone('value')}38` },
  ],
});

export const valueData = (c: Columns): uPlot.AlignedData =>
  [c.at, c.lower, c.gapFrom, c.gapTo, c.upper, c.min, c.max, c.expected, c.mean] as uPlot.AlignedData;

/** Where nothing is to be seen between two intervals, the band is drawn as one, without a seam. */
export const withoutSeam = (c: Columns): uPlot.AlignedData =>
  [c.at, c.lower, c.upper, [], [], c.min, c.max, c.expected, c.mean].map((column) =>
    column.length === 0 ? c.at.map(() => null) : column,
  ) as uPlot.AlignedData;

export const scoreSeries = (): uPlot.Series[] => [
  { stroke: tone('text'), fill: `${tone('text')}18`, width: 1.25, points: { show: false } },
];
export const scoreData = (c: Columns): uPlot.AlignedData => [c.at, c.score] as uPlot.AlignedData;

export const lossSeries = (): uPlot.Series[] => [
  { stroke: tone('accent'), width: 1.5, points: { show: false } },
  { stroke: tone('quiet'), width: 1.25, dash: [4, 3], points: { show: false } },
];
export const lossData = (c: Columns): uPlot.AlignedData => [c.at, c.network, c.baseline] as uPlot.AlignedData;

/** The name of a chart in its corner. */
export const caption = ({ ctx, bbox }: uPlot, name: string): void => {
  ctx.save();
  ctx.fillStyle = tone('quiet');
  ctx.font = `${11 * devicePixelRatio}px ${tone('font')}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'top';
  ctx.fillText(name, bbox.left + 4 * devicePixelRatio, bbox.top + 2 * devicePixelRatio);
  ctx.restore();
};

/** Shades a span of time over the height of a chart. */
export const shade = (plot: uPlot, from: number, until: number, fill: string): void => {
  const { ctx, bbox } = plot;
  const left = Math.max(bbox.left, plot.valToPos(from, 'x', true));
  const right = Math.min(bbox.left + bbox.width, plot.valToPos(until, 'x', true));
  if (right <= left) return;
  ctx.fillStyle = fill;
  ctx.fillRect(left, bbox.top, Math.max(right - left, devicePixelRatio), bbox.height);
};

/** A dashed line with its name at a height of the y axis. */
export const rule = (plot: uPlot, at: number, name: string, stroke: string): void => {
  const { ctx, bbox } = plot;
  const y = plot.valToPos(at, 'y', true);
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = stroke;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.font = `${11 * devicePixelRatio}px ${tone('font')}`;
  ctx.textAlign = 'right';
  ctx.textBaseline = 'bottom';
  ctx.fillText(name, bbox.left + bbox.width - 4 * devicePixelRatio, y - 2 * devicePixelRatio);
  ctx.restore();
};

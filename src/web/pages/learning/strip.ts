import { useRef } from 'preact/hooks';
import type { VNode } from 'preact';
import type uPlot from 'uplot';
import { Chart, colour } from '../../parts/chart.ts';
import { html } from '../../parts/html.ts';

/** Width of the axis on the left, the same for all strips: one reading is at the same place in each. */
const LEFT = 52;
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enumeration exists as a type only
const LOGARITHMIC: uPlot.Scale = { distr: 3, log: 10 };
const FONT = '12px system-ui, sans-serif';

/** From this length on an axis of time has days, else hours and minutes. */
export const LONG_MS = 2 * 24 * 3_600_000;

/** What all figures over the last readings share. */
export interface Frame {
  readonly x: readonly number[];
  readonly range: readonly [number, number];
  readonly sync: string;
  readonly xLabels: (x: number) => string;
}

/** A line of a strip. Its colour is a name of the stylesheet. */
export interface Line {
  readonly colour: string;
  readonly width?: number;
  readonly dash?: number[];
  readonly values: readonly (number | null)[];
}

export interface StripProps {
  readonly label: string;
  readonly height: number;
  /** Places on the x axis. */
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  /** Ends of the x axis. */
  readonly range: readonly [number, number];
  readonly xSplits?: readonly number[];
  /** Words under the x axis; none: no x axis. */
  readonly xLabels?: (x: number) => string;
  readonly yRange?: (low: number, high: number) => [number, number];
  /** Null: a place of a logarithmic axis that has no room for a word. */
  readonly yLabels?: (splits: readonly (number | null)[]) => string[];
  readonly ySplits?: number[];
  readonly log?: boolean;
  /** Draws under the lines, or all of a heat map. */
  readonly draw?: (plot: uPlot) => void;
  /** Draws over the lines. */
  readonly over?: (plot: uPlot) => void;
  /** Strips with the same key have one cursor. */
  readonly sync?: string;
  readonly onHover?: (index: number | null) => void;
  /** The plot is made anew when one of these changes. */
  readonly remake?: readonly unknown[];
}

/** A chart over the last readings, or over lags. Always drawn with its newest props. */
export function Strip(props: StripProps): VNode {
  const latest = useRef(props);
  latest.current = props;
  const { lines, x, height, label, remake = [] } = props;
  // A plot that was made without any place does not draw those that come.
  const data: uPlot.AlignedData =
    x.length === 0 ? [[0], ...lines.map(() => [null])] : [[...x], ...lines.map(({ values }) => [...values])];
  return html`<${Chart}
    height=${height}
    label=${label}
    data=${data}
    remake=${remake}
    options=${() => optionsOf(latest)}
  />`;
}

const optionsOf = (latest: { readonly current: StripProps }): Omit<uPlot.Options, 'width' | 'height'> => {
  const { lines, xLabels, xSplits, yLabels, ySplits, log, sync, onHover } = latest.current;
  const quiet = colour('quiet');
  const grid = { stroke: colour('line'), width: 1 };
  return {
    legend: { show: false },
    padding: [6, 18, xLabels === undefined ? 6 : 0, 0],
    cursor: {
      points: { show: false },
      y: false,
      drag: { x: false, y: false },
      ...(sync === undefined ? {} : { sync: { key: sync, scales: ['x', null] } }),
    },
    scales: {
      x: { time: false, range: () => [...latest.current.range] },
      y: {
        ...(log === true ? LOGARITHMIC : {}),
        range: (_, low, high) => latest.current.yRange?.(low, high) ?? padded(low, high),
      },
    },
    axes: [
      {
        show: xLabels !== undefined,
        size: 26,
        space: 52,
        font: FONT,
        stroke: quiet,
        grid: { show: false },
        ticks: { ...grid, size: 4 },
        ...(xSplits === undefined ? {} : { splits: () => [...(latest.current.xSplits ?? [])] }),
        values: (_, splits) => splits.map((x) => latest.current.xLabels?.(x) ?? ''),
      },
      {
        size: LEFT,
        font: FONT,
        stroke: quiet,
        grid,
        ticks: { show: false },
        ...(log === true ? { splits: (_: uPlot, __: number, low: number, high: number) => decades(low, high) } : {}),
        ...(ySplits === undefined ? {} : { splits: ySplits }),
        ...(log === true || ySplits !== undefined ? { filter: (_: uPlot, splits: number[]) => splits } : { space: 28 }),
        ...(yLabels === undefined ? {} : { values: (_: uPlot, splits: (number | null)[]) => yLabels(splits) }),
      },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        stroke: colour(line.colour),
        width: line.width ?? 1.5,
        points: { show: false },
        ...(line.dash === undefined ? {} : { dash: line.dash }),
      })),
    ],
    hooks: {
      drawAxes: [
        (plot) => {
          latest.current.draw?.(plot);
        },
      ],
      draw: [
        (plot) => {
          latest.current.over?.(plot);
        },
      ],
      ...(onHover === undefined
        ? {}
        : {
            setCursor: [
              (plot) => {
                latest.current.onHover?.(plot.cursor.idx ?? null);
              },
            ],
          }),
    },
  };
};

/** Powers of ten, seven at most, and 1 among them. */
const decades = (low: number, high: number): number[] => {
  const [from, to] = [Math.round(Math.log10(low)), Math.round(Math.log10(high))];
  const step = Math.max(1, Math.ceil((to - from) / 6));
  const powers: number[] = [];
  for (let power = Math.ceil(from / step) * step; power <= to; power += step) powers.push(10 ** power);
  return powers;
};

/** A little room around the values; a constant stands in the middle. */
const padded = (low: number, high: number): [number, number] => {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const room = high > low ? 0.08 * (high - low) : Math.max(1e-6, 0.05 * Math.abs(high));
  return [low - room, high + room];
};

/** A horizontal or vertical line with a word, over the whole of a plot. */
export const rule = (plot: uPlot, axis: 'x' | 'y', at: number, word: string, name: string): void => {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const place = Math.round(plot.valToPos(at, axis, true));
  const vertical = axis === 'x';
  if (place < (vertical ? bbox.left : bbox.top) || place > (vertical ? bbox.left + bbox.width : bbox.top + bbox.height))
    return;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour(name);
  ctx.lineWidth = ratio;
  ctx.setLineDash([4 * ratio, 4 * ratio]);
  ctx.beginPath();
  ctx.moveTo(vertical ? place : bbox.left, vertical ? bbox.top : place);
  ctx.lineTo(vertical ? place : bbox.left + bbox.width, vertical ? bbox.top + bbox.height : place);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.font = `${12 * ratio}px system-ui, sans-serif`;
  // A border in the colour of the ground keeps the word readable over a line.
  ctx.lineWidth = 4 * ratio;
  ctx.lineJoin = 'round';
  ctx.strokeStyle = colour('surface');
  ctx.textBaseline = vertical ? 'top' : 'bottom';
  const width = ctx.measureText(word).width;
  const fits = place + width + 6 * ratio < bbox.left + bbox.width;
  ctx.textAlign = vertical && fits ? 'left' : 'right';
  const [left, top] = vertical
    ? [fits ? place + 5 * ratio : place - 5 * ratio, bbox.top + 3 * ratio]
    : [bbox.left + bbox.width - 4 * ratio, place - 2 * ratio];
  ctx.strokeText(word, left, top);
  ctx.fillText(word, left, top);
  ctx.restore();
};

import type { VNode } from 'preact';
import type uPlot from 'uplot';
import { colour } from '../../parts/chart.ts';
import { html } from '../../parts/html.ts';
import { Strip } from './strip.ts';

export interface HeatMapProps {
  /** Numbers of each unit over the readings, the oldest first. */
  readonly units: readonly Float32Array[];
  /** The units from top to bottom. */
  readonly order: readonly number[];
  readonly span: 'unit' | 'signed' | 'open';
  /** The largest magnitude. */
  readonly scale: number;
  readonly label: string;
  /** Words at the top and at the bottom of the axis. */
  readonly ends: readonly [top: string, bottom: string];
  readonly x: readonly number[];
  readonly range: readonly [number, number];
  readonly height: number;
  readonly sync: string;
  readonly xLabels?: (x: number) => string;
}

/** Units by readings, one cell for each number: from grey (0) to blue (1), or from orange (-1) over grey to blue (1). */
export function HeatMap({ units, order, span, scale, ends, x, ...rest }: HeatMapProps): VNode {
  const draw = (plot: uPlot): void => {
    paint(plot, units, order, span === 'unit' ? 1 : scale, x);
  };
  return html`<${Strip}
    ...${rest}
    x=${x}
    lines=${[{ colour: 'quiet', values: x.map(() => null) }]}
    yRange=${() => [0, order.length]}
    ySplits=${[0.5, order.length - 0.5]}
    yLabels=${() => [ends[1], ends[0]]}
    draw=${draw}
    remake=${[order.length]}
  />`;
}

let pixels: HTMLCanvasElement | null = null;

const paint = (
  plot: uPlot,
  units: readonly Float32Array[],
  order: readonly number[],
  scale: number,
  x: readonly number[],
): void => {
  const columns = units[0]?.length ?? 0;
  if (columns === 0) return;
  const [low, middle, high] = [rgb(colour('minus')), rgb(colour('raised')), rgb(colour('plus'))];
  pixels ??= document.createElement('canvas');
  pixels.width = columns;
  pixels.height = order.length;
  const context = pixels.getContext('2d')!;
  const image = context.createImageData(columns, order.length);
  let at = 0;
  for (const unit of order)
    for (let t = 0; t < columns; t++) {
      const share = Math.max(-1, Math.min(1, units[unit][t] / scale));
      const end = share < 0 ? low : high;
      const much = Math.abs(share);
      for (let k = 0; k < 3; k++) image.data[at++] = middle[k] + much * (end[k] - middle[k]);
      image.data[at++] = 255;
    }
  context.putImageData(image, 0, 0);
  const { ctx, bbox } = plot;
  const left = plot.valToPos(x[0] - 0.5, 'x', true);
  const right = plot.valToPos(x[x.length - 1] + 0.5, 'x', true);
  ctx.save();
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(pixels, left, bbox.top, right - left, bbox.height);
  ctx.restore();
};

/** #rrggbb */
const rgb = (text: string): readonly number[] => [1, 3, 5].map((from) => parseInt(text.slice(from, from + 2), 16));

/** The colours of a heat map. */
export const Scale = ({
  from,
  to,
  signed = false,
}: {
  readonly from: string;
  readonly to: string;
  readonly signed?: boolean;
}): VNode =>
  html`<span class="scale quiet"
    >${from}<span class=${signed ? 'ramp ramp-signed' : 'ramp'} aria-hidden="true"></span>${to}</span
  >`;

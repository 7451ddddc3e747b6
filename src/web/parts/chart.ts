import { useEffect, useRef } from 'preact/hooks';
import type { VNode } from 'preact';
import uPlot from 'uplot';
import { onColours } from '../theme.ts';
import { html } from './html.ts';

/** A colour of the stylesheet, as it is in the present theme: `colour('alarm')` is `--alarm`. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export interface ChartProps {
  /** Made anew when the theme changes, so that colours are read then. Width and height are given by the element. */
  readonly options: () => Omit<uPlot.Options, 'width' | 'height'>;
  readonly data: uPlot.AlignedData;
  readonly height: number;
  /** What the chart shows, for those who do not see it. */
  readonly label: string;
  /** When one of these changes, the chart is made anew with new options. */
  readonly remake?: readonly unknown[];
}

/** uPlot in an element as wide as its place. New data are put into the same plot. */
export function Chart({ options, data, height, label, remake = [] }: ChartProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(data); // for a plot that is made anew with another theme
  newest.current = data;
  useEffect(() => {
    const element = place.current!;
    const make = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot({ ...options(), width: element.clientWidth, height }, newest.current, element);
    };
    make();
    const observer = new ResizeObserver(() => {
      const { current } = plot;
      if (current !== null && current.width !== element.clientWidth)
        current.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    const end = onColours(make);
    return () => {
      observer.disconnect();
      end();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [height, ...remake]);
  useEffect(() => {
    plot.current?.setData(data);
    plot.current?.redraw(false, true); // the words at the axes change with the data
  }, [data]);
  return html`<div class="chart" role="img" aria-label=${label} ref=${place}></div>`;
}

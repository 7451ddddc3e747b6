import type uPlot from 'uplot';
import type { MarksBody } from '../../../app/dashboard/contract/stream.ts';
import { forgetTones, tone } from './tones.ts';
import { extent, placeOf, valueRange, type Columns } from './columns.ts';
import { gutterOf, isNarrow, Lanes, RIGHT } from './lanes.ts';
import * as plots from './plots.ts';
import { spanOf, type View } from './view.ts';

export interface TimelineState {
  readonly view: View;
  readonly columns: Columns;
  readonly marks: MarksBody | null;
  readonly kinds: readonly string[];
  readonly unit: string;
  readonly selection: View | null;
  readonly picked: string | null;
}

const HEIGHTS = { wide: [270, 96, 84], narrow: [220, 80, 76] } as const;
/** The score chart shows at least this, so that the alarm line is in it; and no more, so that one event does not flatten the rest. */
const MIN_SCORE = 1.3;
const MAX_SCORE = 12;

/** The charts of one series and its lanes on one time axis. It draws what it is given, at most once in each frame of the screen. */
export class Timeline {
  readonly lanes = new Lanes();
  /** Frames drawn so far. */
  frames = 0;
  private readonly place: HTMLElement;
  private readonly onHover: (index: number | null) => void;
  private state: TimelineState;
  private all: uPlot[] = [];
  private drawn: Columns | null = null;
  private frame = 0;
  private yValue: readonly [number, number] = [0, 1];
  private yScore: readonly [number, number] = [0, MIN_SCORE];
  private yLoss: readonly [number, number] = [0, 1];

  constructor(place: HTMLElement, state: TimelineState, onHover: (index: number | null) => void) {
    this.place = place;
    this.state = state;
    this.onHover = onHover;
    this.make();
  }

  /** The time at a place of the page. */
  timeAt(clientX: number): number {
    const { left, width } = this.place.getBoundingClientRect();
    const { view } = this.state;
    const gutter = gutterOf(width);
    return view.from + ((clientX - left - gutter) / (width - gutter - RIGHT)) * spanOf(view);
  }

  /** Width of the time axis, CSS pixels. */
  get width(): number {
    const { clientWidth } = this.place;
    return Math.max(1, clientWidth - gutterOf(clientWidth) - RIGHT);
  }

  show(state: TimelineState): void {
    this.state = state;
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  /** After the theme or the width has changed. */
  make(): void {
    forgetTones();
    for (const plot of this.all) plot.destroy();
    this.place.replaceChildren();
    this.drawn = null;
    const width = this.place.clientWidth;
    const [value, score, loss] = HEIGHTS[isNarrow(width) ? 'narrow' : 'wide'];
    const view = (): View => this.state.view;
    this.range();
    const { columns } = this.state;
    const named = (name: string): HTMLElement => {
      const element = document.createElement('div');
      element.className = `plot plot-${name}`;
      this.place.append(element);
      return element;
    };
    const shared = { width, view, under: this.shade };
    const [first] = (this.all = [
      plots.plotOf(named('value'), this.valueData(columns), {
        ...shared,
        ...plots.valueSeries(),
        height: value,
        y: () => this.yValue,
        times: true,
        over: (plot) => {
          plots.caption(plot, this.state.unit);
        },
        onHover: this.onHover,
      }),
    ]);
    this.place.append(this.lanes.canvas);
    this.all.push(
      plots.plotOf(named('score'), plots.scoreData(columns), {
        ...shared,
        series: plots.scoreSeries(),
        height: score,
        y: () => this.yScore,
        over: (plot) => {
          plots.rule(plot, 1, 'alarm', tone('alarm'));
          plots.caption(plot, 'score');
        },
      }),
      plots.plotOf(named('loss'), plots.lossData(columns), {
        ...shared,
        series: plots.lossSeries(),
        height: loss,
        y: () => this.yLoss,
        over: (plot) => {
          plots.caption(plot, 'loss, nats');
        },
      }),
    );
    first.root.setAttribute('aria-hidden', 'true');
    this.draw();
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    for (const plot of this.all) plot.destroy();
    this.all = [];
    this.place.replaceChildren();
  }

  private draw(): void {
    const { columns, view, marks, kinds, picked } = this.state;
    const fresh = columns !== this.drawn;
    this.drawn = columns;
    this.range();
    const data = fresh ? [this.valueData(columns), plots.scoreData(columns), plots.lossData(columns)] : [];
    const { from: min, until: max } = view;
    this.all.forEach((plot, k) => {
      plot.batch(() => {
        if (fresh) plot.setData(data[k], false);
        plot.setScale('x', { min, max });
        const [low, high] = [this.yValue, this.yScore, this.yLoss][k];
        plot.setScale('y', { min: low, max: high });
      });
    });
    this.lanes.draw(this.place.clientWidth, view, marks, columns, kinds, picked);
    this.frames++;
  }

  private valueData(columns: Columns): uPlot.AlignedData {
    return columns.twoIntervals ? plots.valueData(columns) : plots.withoutSeam(columns);
  }

  private range(): void {
    const { columns, view } = this.state;
    const from = Math.max(0, placeOf(columns.at, view.from) - 1);
    const until = Math.min(columns.at.length, placeOf(columns.at, view.until) + 1);
    this.yValue = valueRange(columns, from, until);
    const [, highest] = extent([columns.score], from, until);
    this.yScore = [0, Math.max(MIN_SCORE, Math.min(MAX_SCORE, 1.1 * highest))];
    const [low, high] = extent([columns.network, columns.baseline], from, until);
    const margin = Math.max(0.05, 0.1 * (high - low));
    this.yLoss = low <= high ? [low - margin, high + margin] : [0, 1];
  }

  private readonly shade = (plot: uPlot): void => {
    const { marks, selection, view } = this.state;
    for (const { from, until, kind } of marks?.alarms ?? [])
      if (kind === 'process') plots.shade(plot, from, until ?? view.until, tone('alarm-soft'));
    if (selection !== null) plots.shade(plot, selection.from, selection.until, `${tone('accent')}40`);
  };
}

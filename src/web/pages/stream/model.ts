import type { HistoryBody, MarksBody, StreamEvent } from '../../../app/dashboard/contract/stream.ts';
import { get, historyPath, messageOf } from '../../api.ts';
import { columnsOf, type Columns, type Recent } from './columns.ts';
import { Tiles } from './tiles.ts';
import type { Timeline } from './timeline.ts';
import { following, isLive, lastOf, spanOf, within, type View } from './view.ts';

const DAY = 86_400_000;
/** Readings that came while the page is open; older ones are in the history by then. */
const MAX_RECENT = 2_000;
const REFRESH_MS = 10_000;
/** After this time without a move the sentence, the list and the marks follow. */
const SETTLED_MS = 150;
const RETRY_MS = 5_000;
const MAX_POINTS = 4_000;
/** A window is three times as long as the chart: a point for each 1.5 to 2 pixels, so that least and greatest show beside the mean. */
const POINTS_PER_PIXEL = 2;

const EMPTY: Recent = { at: [], value: [], expected: [], lower: [], upper: [], gapFrom: [], gapTo: [], score: [] };

/** The data of the page's series, and the time span that it shows. A change updates the charts at once, and the page when it is over. */
export class StreamModel {
  view: View;
  columns: Columns = columnsOf(null, EMPTY);
  body: HistoryBody | null = null;
  marks: MarksBody | null = null;
  selection: View | null = null;
  picked: string | null = null;
  evidence: StreamEvent['evidence'] = [];
  noAlarm: StreamEvent['noAlarm'] = null;
  error: string | null = null;
  now: number;
  readonly tiles: Tiles;
  timeline: Timeline | null = null;
  private readonly path: string;
  private readonly onRest: () => void;
  private recent: Recent = EMPTY;
  private open: string | null = null;
  private refreshedAt = performance.now();
  private rest: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private marksOf = '';

  constructor(series: string, now: number, onRest: () => void) {
    this.path = `series/${encodeURIComponent(series)}`;
    this.onRest = onRest;
    this.now = now;
    this.view = lastOf(DAY, now);
    this.tiles = new Tiles(({ from, until }) => {
      const points = Math.min(MAX_POINTS, Math.round(POINTS_PER_PIXEL * (this.timeline?.width ?? 1000)));
      return get<HistoryBody>(historyPath(series, from, until, points));
    });
  }

  /** Whether the view follows the present. */
  get live(): boolean {
    return isLive(this.view, this.now);
  }

  get oldest(): number {
    return this.body?.oldest ?? this.now - DAY;
  }

  /** The alarms of a span of time, among those of the marks. */
  alarmsIn({ from, until }: View): MarksBody['alarms'] {
    return (this.marks?.alarms ?? []).filter((alarm) => alarm.from < until && (alarm.until ?? Infinity) >= from);
  }

  move(view: View): void {
    this.view = within(view, this.oldest, this.now);
    this.update();
  }

  /** The last `span` ms; null: all. */
  last(span: number | null): void {
    this.move(lastOf(span ?? 1.02 * (this.now - this.oldest), this.now));
  }

  select(span: View | null): void {
    this.selection = span;
    this.draw();
    this.restSoon();
  }

  pick(id: string | null): void {
    this.picked = id;
    this.draw();
    this.restSoon(0);
  }

  /** The newest readings. */
  take(event: StreamEvent & { readonly whole?: true }): void {
    const { live } = this;
    this.recent = event.whole === true ? event : joined(this.recent, event);
    this.evidence = event.evidence;
    this.noAlarm = event.noAlarm;
    if (this.open !== null && this.open !== event.open) this.marksOf = '';
    this.open = event.open;
    this.tick(event.now);
    if (live) this.view = following(this.view, this.now);
    this.update(true);
  }

  /** Time goes on, with readings or without. */
  tick(now: number): void {
    const { live } = this;
    this.now = Math.max(now, this.now);
    if (performance.now() - this.refreshedAt < REFRESH_MS) return;
    this.refreshedAt = performance.now();
    this.tiles.refresh();
    if (live) this.move(following(this.view, this.now));
  }

  /** A command has changed the stored data. */
  reload(): void {
    this.marksOf = '';
    this.restSoon(0);
  }

  update(fresh = false): void {
    const body = this.tiles.for(
      this.view,
      () => {
        this.error = null;
        this.update();
      },
      (error) => {
        this.error = messageOf(error);
        this.restSoon(0);
        clearTimeout(this.retry);
        this.retry = setTimeout(() => {
          this.update();
        }, RETRY_MS);
      },
    );
    if (body !== null && (fresh || body !== this.body)) {
      this.body = body;
      this.columns = columnsOf(body, this.recent);
    }
    this.draw();
    this.restSoon();
  }

  draw(): void {
    const { view, columns, marks, selection, picked } = this;
    this.timeline?.show({
      view,
      columns,
      marks,
      selection,
      picked,
      kinds: this.body?.kinds ?? [],
      unit: this.body?.unit ?? '',
    });
  }

  close(): void {
    clearTimeout(this.rest);
    clearTimeout(this.retry);
    this.timeline?.destroy();
    this.timeline = null;
  }

  private restSoon(ms = SETTLED_MS): void {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.readMarks();
      this.onRest();
    }, ms);
  }

  /** The marks of the view and one view on each side. */
  private readMarks(): void {
    const span = 2 ** Math.ceil(Math.log2(spanOf(this.view)));
    const from = Math.floor(this.view.from / span - 1) * span;
    const key = `${from} ${span}`;
    if (key === this.marksOf) return;
    this.marksOf = key;
    get<MarksBody>(`${this.path}/marks?from=${from}&until=${from + 4 * span}`)
      .then((marks) => {
        this.marks = marks;
        this.draw();
        this.onRest();
      })
      .catch(() => {
        this.marksOf = '';
      });
  }
}

const joined = (before: Recent, event: Recent): Recent => {
  const last = before.at.at(-1) ?? -Infinity;
  const fresh = event.at.filter((at) => at <= last).length;
  const column = (name: keyof Recent): never[] =>
    [...before[name], ...event[name].slice(fresh)].slice(-MAX_RECENT) as never[];
  return Object.fromEntries(
    Object.keys(EMPTY).map((name) => [name, column(name as keyof Recent)]),
  ) as unknown as Recent;
};

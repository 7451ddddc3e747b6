import { DAY_MS } from '../../math/time.ts';
import type { LedgerPort, MaintenanceWindow as Window, WindowPort } from '../../stream/ports/ports.ts';
import type { Log } from '../../log.ts';
import { isDue } from './due.ts';
import type { Stream } from './stream.ts';
import type { Streams } from './streams.ts';

/** Windows are listed this long in advance; the list is renewed at the end of this time. */
const AHEAD_MS = 8 * DAY_MS;
/** How often the files are checked. */
const REFRESH_MS = 60_000;
const SITE = 'the site';

/** A window with all names that it applies to: with a group also its series. */
interface Active extends Window {
  readonly names: ReadonlySet<string> | null;
  readonly key: string;
}

export interface MaintenanceOptions {
  /** Absent where there are no windows. */
  readonly port: WindowPort | undefined;
  /** The series of each group. */
  readonly groups: Readonly<Record<string, { readonly series: readonly string[] }>>;
  readonly ledger: Pick<LedgerPort, 'recordCommand' | 'seq'>;
  readonly streams: Pick<Streams, 'monitors' | 'act'>;
  /** A time in the form of log lines. */
  readonly textOf: (at: number) => string;
  readonly log: Log;
}

/**
 * The maintenance windows, by the times of the messages. At the first message or tick after a window begins or ends, its streams enter or
 * leave maintenance, and the journal has this between the readings before and after: a replay needs no windows.
 */
export class Maintenance {
  private readonly options: MaintenanceOptions;
  /** Windows that are not over, or begin within AHEAD_MS, as of `listedAt`. */
  private windows: readonly Active[] = [];
  private running: readonly Active[] = [];
  /** Nothing changes from `since` to `nextEdge` as long as there are no other streams. */
  private since = Infinity;
  private nextEdge = -Infinity;
  /** The newest stream that was checked; null where none was. */
  private newest: Stream | null = null;
  private refreshedAt = -Infinity;

  constructor(options: MaintenanceOptions) {
    this.options = options;
  }

  /** Whether `update` has something to do at `at`, epoch ms. Called for each message. */
  isDue(at: number): boolean {
    return this.hasMoved(at) || this.options.streams.monitors.at(-1) !== (this.newest ?? undefined);
  }

  /** Whether a series of a stream is in maintenance at `at`. */
  covers(stream: string, series: string, at: number): boolean {
    return this.until(stream, series, at) !== null;
  }

  /** Whether the whole site is in maintenance, or every series with such a name, if there is one. */
  coversAll(isOne: (slug: string) => boolean, at: number): boolean {
    if (this.windows.length === 0) return false;
    if (this.until('', '', at) !== null) return true;
    const all = this.options.streams.monitors.flatMap(({ stream, series }) =>
      series.filter(({ slug }) => isOne(slug)).map(({ slug }) => ({ stream, slug })),
    );
    return all.length > 0 && all.every(({ stream, slug }) => this.covers(stream, slug, at));
  }

  /** Until when a series is in maintenance, over windows that follow one another; null where it is not. */
  until(stream: string, series: string, at: number): number | null {
    let until = at;
    // In order of their start: each may extend the time of those before.
    for (const { from, until: end, names } of this.windows)
      if (from <= until && end > until && (names === null || names.has(series) || names.has(stream))) until = end;
    return until > at ? until : null;
  }

  /** Begins and ends maintenance as due at `at`. Returns the streams that have changed, and whether a window is over. */
  update(at: number): { readonly changed: Streams['monitors']; readonly over: boolean } {
    const { streams, ledger } = this.options;
    const first = this.since === Infinity;
    const moved = this.hasMoved(at);
    if (moved) this.list(at);
    const over = moved && this.report(at);
    const changed = (moved ? streams.monitors : this.newStreams()).filter((monitor) => {
      const { stream, series, status } = monitor;
      const wanted = series.filter(({ slug }) => this.covers(stream, slug, at)).map(({ slug }) => slug);
      if (series.every(({ slug }, d) => status.inMaintenance(d) === wanted.includes(slug))) return false;
      const action = { do: 'maintenance', stream, series: wanted } as const;
      ledger.recordCommand(at, action);
      streams.act(action, at, ledger.seq);
      return true;
    });
    this.newest = streams.monitors.at(-1) ?? null;
    return { changed, over: over || first };
  }

  /** Whether a window may have begun or ended since the windows were listed. */
  private hasMoved(at: number): boolean {
    return at >= this.nextEdge || at < this.since;
  }

  /** The streams after the newest one that was checked, so that a new stream costs one check; all, where that one is gone. */
  private newStreams(): readonly Stream[] {
    const { monitors } = this.options.streams;
    return monitors.slice(this.newest === null ? 0 : monitors.lastIndexOf(this.newest) + 1);
  }

  /** Reads files that have changed, at most once a minute. To be called every few seconds. */
  refresh(at: number): void {
    if (!isDue(at, this.refreshedAt, REFRESH_MS)) return;
    const first = this.refreshedAt === -Infinity;
    this.refreshedAt = at;
    const { port, log } = this.options;
    if (
      first ||
      port?.refresh((problem) => {
        log('warn', {}, `maintenance: ${problem}`);
      }) !== true
    )
      return;
    this.since = Infinity;
    log('info', {}, 'maintenance: a calendar has changed and was read again');
  }

  /** Lists the windows, and when the next of them begins or ends. */
  private list(at: number): void {
    const { port, groups } = this.options;
    this.windows = (port?.windows(at, at + AHEAD_MS) ?? []).map((window): Active => {
      const { from, until, series, reason } = window;
      const names = series?.flatMap((name) => [name, ...(Object.hasOwn(groups, name) ? groups[name].series : [])]);
      return {
        ...window,
        names: names === undefined ? null : new Set(names),
        key: JSON.stringify([from, until, series, reason]),
      };
    });
    const edges = this.windows.flatMap(({ from, until }) => [from, until]).filter((edge) => edge > at);
    this.since = port === undefined ? -Infinity : at;
    this.nextEdge = port === undefined ? Infinity : Math.min(at + AHEAD_MS, ...edges);
  }

  /** Logs which windows have begun and ended. Returns whether one has ended. */
  private report(at: number): boolean {
    const { log, textOf } = this.options;
    const before = this.running;
    this.running = this.windows.filter(({ from }) => from <= at);
    const without = (all: readonly Active[], others: readonly Active[]): readonly Active[] =>
      all.filter(({ key }) => !others.some((other) => other.key === key));
    const over = without(before, this.running);
    for (const window of over) log('info', fieldsOf(window), `maintenance of ${scopeOf(window)} is over`);
    for (const window of without(this.running, before))
      log(
        'info',
        fieldsOf(window),
        `maintenance of ${scopeOf(window)} until ${textOf(window.until)}: alerts are held back, and nothing is learned`,
      );
    return over.length > 0;
  }
}

const scopeOf = ({ series }: Window): string => (series === null ? SITE : series.slice(0, 10).join(', '));

const fieldsOf = ({ from, until, reason }: Window): Record<string, unknown> => ({
  from: new Date(from).toISOString(),
  until: new Date(until).toISOString(),
  ...(reason === null ? {} : { reason }),
});

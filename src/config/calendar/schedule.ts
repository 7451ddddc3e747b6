import { DAY_MS } from '../../math/time.ts';
import type { MaintenanceWindow, WindowPort } from '../../stream/ports/ports.ts';
import type { TimeZone } from '../../stream/time/time-zone.ts';
import { fileState } from '../file-state.ts';
import { instantOf, wallOf, type WindowOptions } from '../schema/maintenance.ts';
import { readCalendarFile } from './calendar-file.ts';
import { occurrences } from './occurrences.ts';
import { readRule } from './read-rule.ts';
import { laterThan, type Span } from './span.ts';

/** Windows that one question gives, at most. */
const MAX_WINDOWS = 2000;

type Spans = (from: number, until: number) => readonly (Span & { readonly reason?: string | null })[];

interface Source {
  readonly options: WindowOptions;
  /** That of its file when it was read; empty where it has none. */
  state: string;
  spans: Spans;
}

/** The maintenance windows of a site: those of the site file, and those of its .ics files, which may change. */
export class Schedule implements WindowPort {
  private readonly zone: TimeZone;
  private readonly sources: readonly Source[];
  /** Problems with events of the files, one sentence each. */
  problems: readonly string[] = [];

  /** `windows`: with paths that are absolute. `zone`: of the site. Throws `config_invalid` for a file that cannot be read. */
  constructor(windows: readonly WindowOptions[], zone: TimeZone) {
    this.zone = zone;
    const problems: string[] = [];
    this.sources = windows.map((options) => {
      const { calendar } = options;
      const state = calendar === undefined ? '' : fileState(calendar);
      return { options, state, spans: this.spansOf(options, problems) };
    });
    this.problems = problems;
  }

  get isEmpty(): boolean {
    return this.sources.length === 0;
  }

  /** Those that overlap [from, until), epoch ms, in order of their start. */
  windows(from: number, until: number): MaintenanceWindow[] {
    const found = this.sources.flatMap(({ options, spans }) =>
      spans(from, until).map((span) => ({
        from: span.from,
        until: span.until,
        series: options.series ?? null,
        reason: options.reason ?? span.reason ?? null,
      })),
    );
    return found.toSorted((a, b) => a.from - b.from).slice(0, MAX_WINDOWS);
  }

  /**
   * Reads the files that have changed since. `onProblem`: a file cannot be read, or an event of it is left out; what was read before
   * stays. Returns whether one has been read.
   */
  refresh(onProblem: (problem: string) => void): boolean {
    let changed = false;
    for (const source of this.sources) {
      const { calendar } = source.options;
      if (calendar === undefined) continue;
      const state = fileState(calendar);
      if (state === source.state) continue;
      source.state = state;
      const problems: string[] = [];
      try {
        source.spans = this.spansOf(source.options, problems);
        changed = true;
      } catch (error) {
        problems.push(`${(error as Error).message}; its windows stay as they were`);
      }
      problems.forEach(onProblem);
    }
    return changed;
  }

  private spansOf({ from, until, rule, start, for: forMs, calendar }: WindowOptions, problems: string[]): Spans {
    const { zone } = this;
    if (calendar !== undefined) {
      const file = readCalendarFile(calendar, zone);
      problems.push(...file.problems);
      return (since, before) =>
        file.events
          .flatMap(({ summary, spans }) => spans(since, before).map((span) => ({ ...span, reason: summary })))
          .slice(0, MAX_WINDOWS);
    }
    if (rule !== undefined) return recurring(rule, start!, forMs!, zone);
    const span = { from: instantOf(from!, zone), until: instantOf(until!, zone) };
    return (since, before) => (span.until > since && span.from < before ? [span] : []);
  }
}

/** The windows of a rule, each of the same length in elapsed time, also where the clock is changed within. */
function recurring(text: string, startText: string, forMs: number, zone: TimeZone): Spans {
  const rule = readRule(text);
  const { wall: start, placed } = wallOf(startText);
  // A start with an offset is a moment of that offset, all year.
  const offset = placed ? start - instantOf(startText, zone) : 0;
  const instant = (wall: number): number => (placed ? wall - offset : zone(wall, -Infinity));
  // Local times are at most a day away from UTC.
  return (since, before) =>
    occurrences(rule, start, { from: since - forMs - DAY_MS, until: before + DAY_MS }, laterThan(rule, instant))
      .map((wall) => ({ from: instant(wall), until: instant(wall) + forMs }))
      .filter((span) => span.until > since && span.from < before);
}

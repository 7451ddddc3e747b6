import type { Hono } from 'hono';
import type { NowChange, NowHabit, NowRow, NowState } from '../contract/now.ts';
import type { Channel, LiveSource } from '../live.ts';
import { Cases } from '../now/cases.ts';
import { habitsOf } from '../now/habits.ts';
import { rowsOf } from '../now/rows.ts';
import { SPARK_MS, Sparks } from '../now/sparks.ts';
import type { DashboardSources } from '../sources.ts';

const EVERY_MS = 500;
/** Habits change slowly, and each costs a sentence. */
const HABITS_MS = 5_000;

/** The page Now: all streams, open cases, recent events, habits. */
export class Now {
  private readonly sources: Pick<DashboardSources, 'pipeline'>;
  private readonly cases: Cases;
  private readonly sparks: Sparks;
  private habits: { readonly at: number; readonly list: readonly NowHabit[] } = { at: -Infinity, list: [] };

  constructor(sources: Pick<DashboardSources, 'pipeline' | 'now' | 'db'>) {
    this.sources = sources;
    this.cases = new Cases(sources.db);
    this.sparks = new Sparks(sources.pipeline, sources.now);
  }

  readonly routes = (app: Hono): void => {
    app.get('/api/now', (context) => context.json<NowState>(this.state()));
  };

  readonly channel: Channel = { name: 'now', everyMs: EVERY_MS, open: () => this.source() };

  close(): void {
    this.sparks.stop();
  }

  state(): NowState {
    const view = this.sources.pipeline();
    const rows = view === null ? [] : rowsOf(view);
    return { rows, ...this.sparksOf(rows), ...this.lists() };
  }

  private sparksOf(rows: readonly NowRow[]): Pick<NowState, 'sparks' | 'sparkMs'> {
    return {
      sparks: Object.fromEntries(rows.map(({ stream }) => [stream, this.sparks.of(stream)])),
      sparkMs: SPARK_MS,
    };
  }

  private lists(): Pick<NowState, 'cases' | 'moreCases' | 'events' | 'habits'> {
    const view = this.sources.pipeline();
    const at = performance.now();
    if (view !== null && at - this.habits.at >= HABITS_MS) this.habits = { at, list: habitsOf(view) };
    return { ...this.cases.open(view), events: this.cases.recent(), habits: this.habits.list };
  }

  /** Remembers, as text, the last version of each row and list that was sent. */
  private source(): LiveSource {
    const sent = new Map<string, string>();
    const lists = new Map<string, string>();
    let taken = -1;
    const isNew = (known: Map<string, string>, key: string, value: unknown): boolean => {
      const text = JSON.stringify(value);
      if (known.get(key) === text) return false;
      known.set(key, text);
      return true;
    };
    return {
      whole: () => this.state(),
      change: () => {
        const view = this.sources.pipeline();
        const all = view === null ? [] : rowsOf(view);
        const rows = all.filter((row) => isNew(sent, row.stream, row));
        const gone: string[] = [];
        if (sent.size > all.length) {
          const present = new Set(all.map(({ stream }) => stream));
          for (const stream of sent.keys()) if (!present.has(stream)) gone.push(stream);
          for (const stream of gone) sent.delete(stream);
        }
        const changed = Object.entries(this.lists()).filter(([name, list]) => isNew(lists, name, list));
        const sparks = this.sparks.taken === taken ? {} : this.sparksOf(all);
        taken = this.sparks.taken;
        if (rows.length === 0 && gone.length === 0 && changed.length === 0 && !('sparks' in sparks)) return null;
        return {
          rows,
          ...(gone.length === 0 ? {} : { gone }),
          ...sparks,
          ...Object.fromEntries(changed),
        } satisfies NowChange;
      },
    };
  }
}

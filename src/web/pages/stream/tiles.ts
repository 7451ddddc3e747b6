import type { HistoryBody } from '../../../app/dashboard/contract/stream.ts';
import { spanOf, type View } from './view.ts';

/** Windows of the history that are kept, the last used ones. */
const KEPT = 24;

interface Tile extends View {
  readonly key: string;
}

/**
 * The window to ask for, so that a view and its neighbours lie in it: three times a power of the square root of two. It is the same for
 * all views nearby, so that moving and zooming back ask nothing again.
 */
export const tileOf = (view: View): Tile => {
  const step = Math.ceil(2 * Math.log2(spanOf(view)));
  const level = 2 ** (step / 2);
  const index = Math.round((2 * view.from) / level);
  const from = ((index - 2) * level) / 2;
  return { key: `${step} ${index}`, from, until: from + 3 * level };
};

const covers = (tile: View, { from, until }: View): boolean => tile.from <= from && tile.until >= until;

/** The windows of the history of one series that were read, and those that are on their way. */
export class Tiles {
  private readonly read: (window: View) => Promise<HistoryBody>;
  private readonly kept = new Map<string, HistoryBody>();
  private readonly asked = new Set<string>();
  /** Windows to which readings have been added since; they are shown until they are here anew. */
  private readonly stale = new Set<string>();
  /** Questions so far, for the tests. */
  requests = 0;

  constructor(read: (window: View) => Promise<HistoryBody>) {
    this.read = read;
  }

  /**
   * The best window for a view that is here by now; null where none covers a part of it. Asks for a better one, and calls `onRead` when
   * it has come, or `onError`.
   */
  for(view: View, onRead: () => void, onError: (error: unknown) => void): HistoryBody | null {
    const tile = tileOf(view);
    const own = this.kept.get(tile.key);
    if (own !== undefined) {
      this.kept.delete(tile.key);
      this.kept.set(tile.key, own); // used last
      if (this.stale.has(tile.key)) this.ask(tile, onRead, onError);
      return own;
    }
    this.ask(tile, onRead, onError);
    return this.nearest(view);
  }

  /** The windows that reach beyond the time at which they were read are read anew when they are shown next. */
  refresh(): void {
    for (const [key, { until, now }] of this.kept) if (until > now) this.stale.add(key);
  }

  private ask(tile: Tile, onRead: () => void, onError: (error: unknown) => void): void {
    // One at a time: while someone turns the wheel only the last window matters.
    if (this.asked.size > 0) return;
    this.asked.add(tile.key);
    this.requests++;
    this.read(tile)
      .then((body) => {
        this.asked.clear();
        this.kept.set(tile.key, body);
        this.stale.delete(tile.key);
        for (const key of this.kept.keys()) {
          if (this.kept.size <= KEPT) break;
          this.kept.delete(key);
        }
        onRead();
      })
      .catch((error: unknown) => {
        this.asked.clear();
        onError(error);
      });
  }

  /** The finest one that covers the view, else the one that covers most of it. */
  private nearest(view: View): HistoryBody | null {
    let best: HistoryBody | null = null;
    let most = 0;
    for (const body of this.kept.values()) {
      const overlap = Math.min(body.until, view.until) - Math.max(body.from, view.from);
      const worth = covers(body, view) ? 1e15 / spanOf(body) : overlap;
      if (overlap > 0 && worth >= most) [best, most] = [body, worth];
    }
    return best;
  }
}

import type { SeriesRing } from './series-ring.ts';

/** The history of one series: in memory its newest part, in the database the rest. */
export interface SeriesHistory {
  readonly slug: string;
  readonly ring: SeriesRing;
  /** The last row of the journal that was in the history when it was opened; 0 for a new one. */
  readonly seq: number;
  /** The buckets of a block, a copy; null where it has none. */
  block(tier: number, block: number): Float32Array | null;
  /** When each tier begins, epoch ms; Infinity for one without data. */
  oldest(): readonly number[];
  /** Saves the buckets that are not stored yet; it includes the journal up to row `seq`. Called within the ledger's transaction. */
  save(seq: number): void;
  /** The last save is on the disk. */
  saved(): void;
}

/** Stores the history of the series. */
export interface HistoryPort {
  /** The history of a series as it was saved, or a new one. Only one for each series at a time. */
  open(slug: string): SeriesHistory;
}

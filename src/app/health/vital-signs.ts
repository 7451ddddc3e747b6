import type { Written } from '../../io/sqlite/tables/written-hours.ts';
import type { MemoryUse } from './memory-room.ts';
import type { Problem } from '../../stream/health.ts';

/** What the rules for problems look at, every few seconds. */
export interface VitalSigns {
  /** Wall clock, epoch ms, and a clock that is never set, ms. */
  readonly now: number;
  readonly uptimeMs: number;
  /** How much later than planned this check runs, ms: the event loop did nothing else in this time. */
  readonly loopDelayMs: number;
  /** Whether messages can arrive. */
  readonly connected: boolean;
  readonly inputs: readonly {
    readonly topic: string;
    /** Since the start of the pipeline. */
    readonly messages: number;
    /** Whether all that it produces is in maintenance. */
    readonly inMaintenance: boolean;
  }[];
  /** Scored since the start. */
  readonly readings: number;
  readonly rejected: ReadonlyMap<string, number>;
  /** Since when the database has not been writable, on the clock of `uptimeMs`; null while it is. */
  readonly databaseFailingSince: number | null;
  readonly snapshotAgeMs: number | null;
  /** 1 of every n samples trains; 0: none. */
  readonly learnEvery: number;
  /** Whether messages are dropped because of the load. */
  readonly drops: boolean;
  /** Written to disks in the last 24 hours in which the service ran; null where the system does not count it. */
  readonly writtenDay: Written | null;
  /** Null where nobody looks after it. */
  readonly memory: MemoryUse | null;
  readonly stoppedStreams: readonly string[];
  /** Targets of notifications that fail, and since when, epoch ms. */
  readonly failingTargets: readonly { readonly name: string; readonly since: number }[];
}

/** A problem that exists now, without its beginning. */
export type Finding = Omit<Problem, 'since'>;

/** One rule: the problems that it finds now. Called in order of time; it may keep a state of fixed size. */
export interface Rule {
  check(signs: VitalSigns): readonly Finding[];
}

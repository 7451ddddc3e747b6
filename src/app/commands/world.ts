import type {
  AnomalyLogPort,
  CommandLogPort,
  Freeze,
  Label,
  LearnedPort,
  LedgerPort,
  ReloadAnswer,
  SnapshotPort,
  StreamAction,
} from '../../stream/ports/ports.ts';
import type { ActionResult } from '../pipeline/act.ts';
import { snapshotOf } from '../pipeline/restore/checkpoint.ts';
import type { Stream } from '../pipeline/stream.ts';
import type { Streams } from '../pipeline/streams.ts';
import type { Freezes } from './freezes.ts';
import type { Mutes } from './mutes.ts';

/** What commands act on. */
export interface CommandWorld {
  /** Name of the site. */
  readonly site: string;
  readonly streams: Streams;
  readonly mutes: Mutes;
  readonly freezes: Freezes;
  readonly log: CommandLogPort;
  readonly snapshots: SnapshotPort;
  readonly anomalyLog: Pick<AnomalyLogPort, 'recordHabitsOf' | 'recordModesOf'>;
  readonly ledger: LedgerPort;
  /** Reads the site file again. */
  readonly reload?: (() => ReloadAnswer) | undefined;
  readonly learned?: LearnedPort | undefined;
  /** Publishes the alerts that a mute no longer holds back. */
  readonly releaseAlerts: (at: number) => void;
}

/** What an undo needs: stored with the command as JSON. */
export interface Undo {
  /** The actions that restore the state before. */
  readonly actions?: readonly StreamAction[];
  /** The mute of a scope before; `until` null where there was none. */
  readonly mute?: { readonly scope: string; readonly until: number | null };
  /** The ends of freezes before. */
  readonly freezes?: readonly Freeze[];
  /** Whether the command made a label. */
  readonly label?: boolean;
  /** The stream whose whole learned state from before the command is kept. */
  readonly state?: string;
}

export interface Done {
  readonly text: string;
  readonly undo: Undo | null;
  /** The series or group; null for the site. */
  readonly series: string | null;
  /** Streams that have changed. */
  readonly monitors: readonly Stream[];
  /** Writes that belong into the transaction of the command. */
  readonly tasks: readonly (() => void)[];
}

/** The series or group that a command names. */
export interface Target {
  readonly slug: string;
  readonly monitor: Stream;
  /** Null for a group. */
  readonly d: number | null;
}

/** When a command is carried out: its request's id, and now, epoch ms. */
export interface Moment {
  readonly id: string;
  readonly at: number;
}

export const targetOf = ({ streams }: CommandWorld, slug: string): Target | null => {
  const place = streams.find(slug);
  return place === null ? null : { slug, ...place };
};

/** The streams of a target; of the whole site where there is none. */
export const monitorsOf = ({ streams }: CommandWorld, target: Target | null): readonly Stream[] =>
  target === null ? [...streams.monitors] : [target.monitor];

/** Makes a change of a stream, and records it in the journal at this place. */
export function act(
  { ledger, streams }: Pick<CommandWorld, 'ledger' | 'streams'>,
  action: StreamAction,
  at: number,
): ActionResult | null {
  ledger.recordCommand(at, action);
  return streams.act(action, at, ledger.seq);
}

/** Keeps the whole state of a stream from before a command, so that it can be undone. Returns the task that stores it. */
export function keepState({ ledger, log }: CommandWorld, monitor: Stream, { id, at }: Moment): () => void {
  const before = snapshotOf(monitor, at, ledger.seq);
  return () => {
    log.keepState(id, before);
  };
}

/** The task that stores the habits and operating modes of a stream. */
export const habitsOf =
  ({ anomalyLog }: CommandWorld, { stream, status }: Stream): (() => void) =>
  () => {
    anomalyLog.recordHabitsOf(stream, status.habits);
    anomalyLog.recordModesOf(stream, status.modes);
  };

/** The task that stores a label. */
export const labelled =
  ({ log }: CommandWorld, label: Label): (() => void) =>
  () => {
    log.addLabel(label);
  };

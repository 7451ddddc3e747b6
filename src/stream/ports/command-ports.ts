import type { Observable } from 'rxjs';
import type { Anomaly } from '../../detect/episode/anomaly.ts';
import type { Message } from '../message.ts';
import type { Snapshot } from './snapshot.ts';

/** A request of the operator, as it arrived. */
export interface CommandRequest {
  /** Epoch ms. */
  readonly at: number;
  readonly source: 'mqtt' | 'cli' | 'ntfy' | 'dashboard';
  /** The series of its topic; null for the topic of the site, and on the command line. */
  readonly series: string | null;
  readonly payload: Uint8Array;
  /** The MQTT message that brought it. */
  readonly message: Message | null;
  /** The waiting row of the database that brought it. */
  readonly row: number | null;
  /** Its sequence in a stream that several programs read: they give a request without an id the same one. */
  readonly seq?: number;
  /** The file of the command import, whose checksum the payload has. */
  readonly file?: Uint8Array;
  /** Why it is refused before anything else: its file did not arrive. */
  readonly refused?: 'transfer_running' | 'part_wrong' | 'incomplete' | 'checksum_wrong';
  /** Publishes the answer; called when command and answer are on the disk. */
  readonly reply: (payload: string) => void;
}

/** A command as it is stored, carried out or refused. */
export interface CommandRecord {
  readonly row: number | null;
  readonly id: string | null;
  readonly at: number;
  readonly source: CommandRequest['source'];
  readonly by: string | null;
  readonly command: string | null;
  readonly series: string | null;
  /** The request; of one that could not be read, its beginning. */
  readonly request: string;
  readonly status: 'done' | 'refused';
  readonly code: string | null;
  /** The answer, as published. */
  readonly reply: string;
  /** What an undo needs, as JSON; null where there is nothing to undo. */
  readonly undo: string | null;
}

/** No alert about a series, a stream or (scope '') the site is published before `until`, epoch ms. */
export interface Mute {
  readonly scope: string;
  readonly until: number;
}

/** A stream learns nothing until `until`, epoch ms; null where its freeze has no end, or there is none. */
export interface Freeze {
  readonly stream: string;
  readonly until: number | null;
}

/** What the operator said of a time: a fault that was reported, one that was missed, or no fault. */
export interface Label {
  /** That of the command. */
  readonly id: string;
  readonly stream: string;
  readonly series: string;
  readonly kind: 'fault' | 'normal' | 'missed';
  readonly from: number;
  readonly until: number;
  /** The alarm or habit. */
  readonly event: string | null;
  readonly note: string | null;
}

/** Whether alerts of an episode are held back because of a mute: its opening, or a later update. */
export type HeldBack = 'opened' | 'updated';

/** Stores the commands and what follows from them. Methods that write are called within the ledger's transaction. */
export interface CommandLogPort {
  /** A command with this id that was carried out or refused before. */
  find(id: string): (Omit<CommandRecord, 'row' | 'source' | 'by'> & { readonly undoneBy: string | null }) | null;
  /** Whether a command with this id waits in the database. */
  isWaiting(id: string): boolean;
  record(record: CommandRecord): void;
  setUndone(id: string, by: string): void;
  episode(id: string): Anomaly | null;
  /** The last episode of a stream; with `series` the last one that it leads. */
  lastEpisode(stream: string, series: string | null): Anomaly | null;
  mutes(): readonly Mute[];
  setMute(mute: Mute): void;
  removeMute(scope: string): void;
  /** The freezes that end by themselves. */
  freezes(): readonly Freeze[];
  setFreeze(freeze: Freeze): void;
  /** The open episodes with alerts that were held back. */
  heldBack(): readonly { readonly id: string; readonly what: HeldBack }[];
  setHeldBack(id: string, what: HeldBack | null): void;
  addLabel(label: Label): void;
  removeLabel(id: string): void;
  /** Keeps the state of a stream from before a command; the last three of each stream. */
  keepState(command: string, before: Snapshot): void;
  /** The state from before a command; null where newer ones replaced it, or it is damaged. */
  stateBefore(command: string): Snapshot | null;
  /** The commands after this one of which a state of the same stream is kept. */
  keptAfter(command: string): readonly string[];
  /** Deletes the state from before a command, and those after it of the same stream. */
  dropStates(command: string): void;
}

/** What became of the wish to read the site file again. */
export interface ReloadAnswer {
  /** Whether the file is in force, or will be at once. */
  readonly ok: boolean;
  /** The changes, and those that need a restart; or the mistakes. */
  readonly text: string;
}

export interface CommandPort {
  readonly requests$: Observable<CommandRequest>;
  readonly log: CommandLogPort;
  /** Reads the site file again; absent where there is none. */
  readonly reload?: () => ReloadAnswer;
  /** Sends learned states; absent where there is no way. */
  readonly learned?: LearnedPort;
}

/** The way of learned states out of the site. */
export interface LearnedPort {
  /** Whether an earlier request is being sent. */
  readonly isSending: () => boolean;
  /** Sends a file for each stream, in parts, after the answer. `id`: of the request. */
  readonly send: (id: string, files: readonly LearnedFile[]) => void;
}

export interface LearnedFile {
  readonly stream: string;
  readonly content: Uint8Array;
}

/** A maintenance window, epoch ms; `until` does not belong to it. */
export interface MaintenanceWindow {
  readonly from: number;
  readonly until: number;
  /** Series and groups; null for the whole site. */
  readonly series: readonly string[] | null;
  readonly reason: string | null;
}

/** The maintenance windows of the site. */
export interface WindowPort {
  /** Those that overlap [from, until), in order of their start. */
  windows(from: number, until: number): readonly MaintenanceWindow[];
  /** Reads files that have changed; `onProblem`: what could not be read. Returns whether one was read. */
  refresh(onProblem: (problem: string) => void): boolean;
}

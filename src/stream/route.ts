import type { Reading } from '../detect/reading.ts';
import type { Budget } from './budget.ts';
import type { Dialect } from './dialects/dialect.ts';
import type { Input } from './input.ts';
import type { Message } from './message.ts';
import type { Refuse } from './reject.ts';
import type { SignalInfo } from './signal-reader.ts';

export type OnFacts = (slug: string, info: SignalInfo) => void;

export type OnReading = (reading: Reading, message: Message) => void;

/** A device says that it is there, or gone: called with the series that come from it, at least one. */
export type OnAvailability = (series: readonly string[], online: boolean, message: Message) => void;

/** An input that matches a topic; `series` is filled when its fields have their first valid value. */
export interface Match {
  readonly input: Input;
  readonly captured: readonly string[];
  readonly series: (Admitted | undefined)[];
  /** Those that the topic may have, where the input reads every number. */
  readonly dialects: readonly Dialect[];
}

export interface Admitted {
  readonly slug: string;
  readonly budget: Budget;
}

export interface Route {
  readonly topic: string;
  readonly matches: readonly Match[];
  readonly hasReader: boolean;
  /** Paths of the fields of the inputs that match. */
  readonly paths: ReadonlySet<string>;
}

/** One message while it is being decoded. */
export interface Turn {
  readonly message: Message;
  document: unknown;
  readonly route: Route;
  readonly onReading: OnReading;
  readonly onAvailability: OnAvailability;
  readonly refuse: Refuse;
}

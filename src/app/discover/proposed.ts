/** One field of a proposed input, and what was seen of it. */
export interface ProposedField {
  readonly path: string;
  /** A template; null for the default, topic and path. */
  readonly name: string | null;
  readonly unit: string;
  readonly range: readonly [number, number] | null;
  readonly counter: string | null;
  readonly min: number;
  readonly max: number;
  /** The newest value of one of the topics. */
  readonly last: number;
  /** Live values, of all topics. */
  readonly values: number;
  readonly topics: number;
}

export interface ProposedInput {
  readonly topic: string;
  readonly format: string;
  /** Every signal is read, and `fields` tells what was seen: paths are `device/signal`. */
  readonly all: boolean;
  /** With `all`, paths that are not read. */
  readonly exclude: readonly string[];
  readonly each: string | null;
  readonly time: string | null;
  /** The time has no zone. */
  readonly localTime: boolean;
  /** Topics that were heard and match. */
  readonly topics: number;
  readonly live: number;
  /** Usual time between two messages of one topic, ms; null where no topic had two. */
  readonly everyMs: number | null;
  readonly fields: readonly ProposedField[];
}

/** Numbers that are not proposed: one row for each path, reason and filter. */
export interface NotProposed {
  readonly topic: string;
  readonly path: string;
  readonly why: string;
  readonly topics: number;
}

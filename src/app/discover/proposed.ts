/** One series of a proposed input, and a summary of its readings. */
export interface ProposedField {
  /** `device/signal`, as the format calls it; of an input with named fields the path in the payload. */
  readonly path: string;
  /** Of the series. */
  readonly name: string;
  readonly unit: string;
  readonly range: readonly [number, number] | null;
  readonly counter: string | null;
  readonly min: number;
  readonly max: number;
  /** The newest value. */
  readonly last: number;
  /** Live values. */
  readonly values: number;
  readonly from: FieldSource;
}

export interface FieldSource {
  readonly topic: string;
  readonly device: string;
  readonly signal: string;
  /** Path in the payload; null where no field can name it. */
  readonly path: string | null;
  readonly time: string | null;
  readonly localTime: boolean;
  /** As options of a field of its own: the unit of a counter is that of its value, and of its rise otherwise. */
  readonly named: Pick<ProposedField, 'unit' | 'range' | 'counter'>;
}

export interface ProposedInput {
  readonly topic: string;
  readonly format: string;
  /** Every signal is read; else the fields are named, because their format does not say what they need. */
  readonly all: boolean;
  /** With `all`, patterns of `device/signal` that are not read. */
  readonly exclude: readonly string[];
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

/** Numbers that are not proposed: one row for each signal, reason and filter. */
export interface NotProposed {
  readonly topic: string;
  /** The signal; '' where the payload is the number. */
  readonly path: string;
  readonly why: string;
  /** Devices that have it. */
  readonly devices: number;
}

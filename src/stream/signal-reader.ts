import { rateUnit } from '../detect/sensor/counter.ts';
import type { SeriesInfo } from '../detect/reading.ts';
import type { Budget } from './budget.ts';
import type { Content } from './dialects/content.ts';
import type { Dialect, DialectContext, Format, Mapper, Receiver, SignalFacts } from './dialects/dialect.ts';
import { DIALECTS, dialectNamed } from './dialects/dialects.ts';
import { factsAtFirst } from './dialects/signals/signals.ts';
import { compileGlobs, type Glob } from './names/glob.ts';
import { parseNumber } from './values/number.ts';
import type { Reason } from './reject.ts';
import { seriesName } from './names/series-name.ts';

/** How an input reads every number of its messages. */
export interface AllOptions {
  /** `auto`: recognised for each topic. */
  readonly format: 'auto' | Format;
  /** Whether a bare number is a signal like any other; false: the input's one field, with its name. */
  readonly bareNumbers: boolean;
  /** Patterns of `device/signal`: signals that are read although their names say that they are none. */
  readonly include: readonly string[];
  /** Patterns of `device/signal`: signals that are not read. */
  readonly exclude: readonly string[];
  readonly precision: DialectContext['precision'];
}

/** A series that an input has admitted. */
export interface AdmittedSignal {
  readonly slug: string;
  readonly budget: Budget;
}

/** What the reader hands to the decoder. */
export interface SignalHost {
  /** Whether a field of the site file reads this signal of the message. */
  isTaken(signal: string): boolean;
  /** Whether the number stands for a missing value. */
  isMissing(value: number): boolean;
  /** Admits a series with its first value; or the reason why not. */
  admit(device: string, signal: string, slug: string, facts: SignalFacts): AdmittedSignal | Reason;
  /** The format states something else of an admitted signal than it did before. */
  restated(device: string, signal: string, series: AdmittedSignal, facts: SignalFacts): void;
  reading(series: AdmittedSignal, value: number, at: number | null): void;
  availability(device: string, online: boolean, below: boolean): void;
  refuse(reason: Reason): void;
}

export type SignalInfo = Pick<SeriesInfo, 'unit' | 'range' | 'counter'>;

/** One signal of one device. `series`: once it is admitted. */
interface Signal {
  readonly wanted: boolean;
  facts: SignalFacts;
  /** The object that the format gave with the newest value: mostly the same one. */
  given: SignalFacts | null;
  series: AdmittedSignal | null;
}

/** Signals that are remembered for each input, those that are not wanted among them. Further ones are refused. */
const MAX_SIGNALS = 50_000;

/** Why `device/signal` is not read; null where it is. */
export function unwanted(
  { include, exclude }: { readonly include: Glob; readonly exclude: Glob },
  device: string,
  signal: string,
  { noSignal }: SignalFacts,
): string | null {
  const name = signal === '' ? device : `${device}/${signal}`;
  if (exclude(name)) return 'excluded';
  return noSignal === undefined || include(name) ? null : noSignal;
}

/** The facts as the options of a series. */
export const infoOf = ({ unit = '', range, counter }: SignalFacts): SignalInfo => ({
  unit: counter === undefined ? unit : rateUnit(unit, counter),
  // The range is that of the value, and a counter is watched by its rate.
  range: counter === undefined ? (range ?? null) : null,
  counter,
});

const areSame = (a: SignalFacts, b: SignalFacts): boolean =>
  a.unit === b.unit && a.counter === b.counter && a.range?.[0] === b.range?.[0] && a.range?.[1] === b.range?.[1];

/**
 * Reads every number of the messages of one input through the mapper of their format. The hot path makes no text: a signal is found
 * by its device and its name in two maps.
 */
export class SignalReader implements Receiver {
  private readonly candidates: readonly Dialect[];
  private readonly context: DialectContext;
  readonly include: Glob;
  readonly exclude: Glob;
  private readonly mappers = new Map<Dialect, Mapper>();
  private readonly devices = new Map<string, Map<string, Signal>>();
  private count = 0;
  // Of the message that is read.
  private host!: SignalHost;
  private retained = false;
  private receivedAt = NaN;
  private sampling = true;
  private found = false;
  private lastDevice = '';
  private lastSignals: Map<string, Signal> | null = null;

  /** Throws a RangeError for a format that is not built in. */
  constructor({ format, include, exclude }: AllOptions, context: DialectContext) {
    const named = format === 'auto' ? null : dialectNamed(format);
    if (format !== 'auto' && named === null) throw new RangeError(`there is no format ${format}`);
    this.candidates = named === null ? DIALECTS : [named];
    this.isFixed = named !== null;
    this.context = context;
    this.include = compileGlobs(include);
    this.exclude = compileGlobs(exclude);
  }

  private readonly isFixed: boolean;

  /** The dialects that a topic may have, in order; to be kept for the topic. */
  dialectsOf(topic: string): readonly Dialect[] {
    return this.isFixed
      ? this.candidates
      : this.candidates.filter(({ claims }) => claims === undefined || claims(topic));
  }

  /** The dialect of a message, of those of its topic. */
  dialectOf(dialects: readonly Dialect[], payload: Uint8Array): Dialect {
    if (!this.isFixed)
      for (const dialect of dialects) if (dialect.sniffs === undefined || dialect.sniffs(payload)) return dialect;
    return dialects[dialects.length - 1];
  }

  /**
   * Reads a message. `sampling`: false where only availability counts. Returns whether there was something for this input: a
   * signal, one that is not wanted, or availability.
   */
  read(dialect: Dialect, content: Content, host: SignalHost, sampling = true): boolean {
    this.host = host;
    this.retained = content.retained;
    this.receivedAt = content.receivedAt;
    this.sampling = sampling;
    this.found = false;
    let mapper = this.mappers.get(dialect);
    if (mapper === undefined) this.mappers.set(dialect, (mapper = dialect.open(this.context)));
    mapper.read(content, this);
    return this.found;
  }

  sample(device: string, signal: string, value: unknown, at: number | null, facts: SignalFacts | null): void {
    if (!this.sampling || this.retained) return;
    const number = parseNumber(value, this.context.decimalComma);
    if (device !== this.lastDevice || this.lastSignals === null) {
      this.lastSignals = this.devices.get(device) ?? null;
      this.lastDevice = device;
    }
    let known = this.lastSignals?.get(signal);
    if (typeof number === 'string') {
      // A text beside the numbers is none of them, but a signal that has had numbers lacks one now.
      if (known !== undefined && known.series !== null) {
        this.found = true;
        this.host.refuse(number);
      }
      return;
    }
    if (known === undefined) {
      const judged = this.judge(device, signal, facts, number);
      if (judged === null) return;
      known = judged;
    }
    if (!known.wanted) return;
    this.found = true;
    if (this.host.isMissing(number)) {
      this.host.refuse('unavailable');
      return;
    }
    if (facts !== null && facts !== known.given) this.restate(device, signal, known, facts);
    const series = known.series ?? this.admit(device, signal, known);
    if (series !== null) this.host.reading(series, number, at);
  }

  /** A unit counts that comes later than the first value, or that is corrected. Facts without one leave all as it is. */
  private restate(device: string, signal: string, known: Signal, facts: SignalFacts): void {
    known.given = facts;
    if (facts.unit === undefined || facts.noSignal !== undefined || areSame(facts, known.facts)) return;
    known.facts = facts;
    if (known.series !== null) this.host.restated(device, signal, known.series, facts);
  }

  availability(device: string, online: boolean, below = false): void {
    this.found = true;
    this.host.availability(device, online, below);
  }

  refuse(reason: Reason): void {
    this.host.refuse(reason);
  }

  private judge(device: string, signal: string, given: SignalFacts | null, value: number): Signal | null {
    if (this.count >= MAX_SIGNALS) {
      this.found = true;
      this.host.refuse('too_many_series');
      return null;
    }
    const facts = factsAtFirst(device, signal, given, value, this.receivedAt);
    const wanted = unwanted(this, device, signal, facts) === null && !this.host.isTaken(signal);
    const judged = { wanted, facts, given, series: null };
    let signals = this.devices.get(device);
    if (signals === undefined) this.devices.set(device, (signals = new Map<string, Signal>()));
    signals.set(signal, judged);
    this.lastSignals = signals;
    this.count++;
    return judged;
  }

  private admit(device: string, signal: string, known: Signal): AdmittedSignal | null {
    const { facts } = known;
    const admitted = this.host.admit(device, signal, seriesName(device, signal), facts);
    if (typeof admitted === 'string') {
      this.host.refuse(admitted);
      return null;
    }
    known.series = admitted;
    return admitted;
  }
}

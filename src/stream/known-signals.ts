import type { SignalFacts } from './dialects/signals/signal-facts.ts';

/** A series that has had a reading, and where it comes from. */
export interface KnownSignal {
  readonly slug: string;
  /** Topic of its first reading. */
  readonly topic: string;
  readonly device: string;
  /** In the words of the dialect; of an explicit field its path. */
  readonly signal: string;
  /** A field of the site file names it; else its format does, and these are the facts with which it was admitted. */
  readonly explicit: boolean;
  readonly facts: SignalFacts;
}

/** Keeps the known signals across restarts. */
export interface SignalPort {
  all(): readonly KnownSignal[];
  /** Called within the ledger's transaction. */
  record(signal: KnownSignal): void;
}

/**
 * The signals of a site that have had a reading, in this run or before. A restart needs them before the first message: which unit and
 * range a series has, and which series an announcement of a device is about.
 */
export class KnownSignals {
  private readonly bySlug = new Map<string, KnownSignal>();
  private readonly onNew: (signal: KnownSignal) => void;

  /** `onNew` is called for each signal that is new, or has changed. */
  constructor(known: readonly KnownSignal[] = [], onNew: (signal: KnownSignal) => void = () => undefined) {
    for (const signal of known) this.bySlug.set(signal.slug, signal);
    this.onNew = onNew;
  }

  get(slug: string): KnownSignal | null {
    return this.bySlug.get(slug) ?? null;
  }

  /** Notes a signal with its first reading of this run. */
  note(signal: KnownSignal): void {
    const before = this.bySlug.get(signal.slug);
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(signal)) return;
    this.bySlug.set(signal.slug, signal);
    this.onNew(signal);
  }

  /**
   * The series of a device that says something of itself on `topic`. `below`: also those of devices whose name goes on with `/` after
   * this one; of all where it is ''. Only where both topics have the same first level: two bridges may have devices of one name.
   */
  ofDevice(device: string, below: boolean, topic: string): readonly string[] {
    const first = firstLevel(topic);
    const prefix = device === '' ? '' : `${device}/`;
    const slugs: string[] = [];
    for (const known of this.bySlug.values()) {
      const fits = known.device === device || (below && known.device.startsWith(prefix));
      if (fits && firstLevel(known.topic) === first) slugs.push(known.slug);
    }
    return slugs;
  }
}

const firstLevel = (topic: string): string => {
  const end = topic.indexOf('/');
  return end < 0 ? topic : topic.slice(0, end);
};

import { bornMetric, packBirth, type BornMetric } from './births.ts';
import { PayloadReader } from './payload.ts';
import { noWait, type RebirthWait } from './rebirth.ts';

/** The metrics of an edge node, or of one of its devices, by name and by alias. */
export class Birth {
  readonly metrics = new Map<string, BornMetric>();
  readonly aliases = new Map<number, BornMetric>();

  add(metric: BornMetric): void {
    this.metrics.set(metric.name, metric);
    if (metric.alias >= 0) this.aliases.set(metric.alias, metric);
  }

  /** Null where the metric was not in the birth. */
  find(name: string, alias: number): BornMetric | null {
    return (name === '' ? this.aliases.get(alias) : this.metrics.get(name)) ?? null;
  }

  pack(): Uint8Array {
    return packBirth(this.metrics.values());
  }

  /** A birth of `device` that `pack` wrote; null where the bytes are none. */
  static unpack(device: string, bytes: Uint8Array): Birth | null {
    const reader = new PayloadReader();
    const birth = new Birth();
    try {
      reader.start(bytes);
      while (reader.next()) birth.add(bornMetric(device, reader.metric));
    } catch {
      return null;
    }
    return birth;
  }
}

/** One edge node: its births and the numbers of its messages. */
export class EdgeNode {
  readonly group: string;
  readonly edge: string;
  /** `group/edge`, the edge node descriptor. */
  readonly name: string;
  /** By device; '' is the edge node itself. Null: there is none, also not from before the start. */
  births = new Map<string, Birth | null>();
  /** Those of the session before. */
  private past: ReadonlyMap<string, Birth | null> = new Map();
  /** seq of the last message; -1 before the first one and after a death. */
  seq = -1;
  /** Number of the session, in NBIRTH and NDEATH; -1 where it is not known. */
  bdSeq = -1;
  /** Whether a session has begun since the start: then births from before it are void. */
  begun = false;
  wait: RebirthWait = noWait();

  constructor(group: string, edge: string) {
    this.group = group;
    this.edge = edge;
    this.name = `${group}/${edge}`;
  }

  /** A new session: the aliases of the one before mean nothing any more. */
  begin(seq: number): void {
    this.past = this.births;
    this.births = new Map();
    this.begun = true;
    this.seq = seq;
    this.bdSeq = -1;
    this.wait = noWait();
  }

  /** The birth of a device before a new one. */
  birthBefore(device: string): Birth | null {
    return this.births.get(device) ?? this.past.get(device) ?? null;
  }

  /** `group/edge/device`; for '' the edge node. */
  deviceName(device: string): string {
    return device === '' ? this.name : `${this.name}/${device}`;
  }

  /** Takes the number of a message; false where others before it did not arrive. */
  follows(seq: number): boolean {
    const last = this.seq;
    this.seq = seq;
    return last < 0 || seq === ((last + 1) & 255);
  }
}

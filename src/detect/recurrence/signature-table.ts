import type { Packed } from '../../math/memory.ts';

/**
 * The numbers of signatures: `head` for each place, and a count for each of `parts` parts of the day. Only places in use are in memory, and
 * only counts that are not 0: most signatures come at one or two times of day. A snapshot has all of them, place after place.
 */
export class SignatureTable implements Packed {
  /** The heads, one after the other. Another array whenever a place was added. */
  heads = new Float64Array(0);
  private index = new Uint16Array(0); // for each part of each place, 1 + where its count is; 0 where that is 0
  private counts = new Float64Array(0);
  private readonly head: number;
  private readonly parts: number;

  constructor(head: number, parts: number) {
    this.head = head;
    this.parts = parts;
  }

  get heldBytes(): number {
    return this.heads.byteLength + this.index.byteLength + this.counts.byteLength;
  }

  /** Places in use. */
  get places(): number {
    return this.heads.length / this.head;
  }

  addPlace(): void {
    const { heads, index } = this;
    this.heads = new Float64Array(heads.length + this.head);
    this.heads.set(heads);
    this.index = new Uint16Array(index.length + this.parts);
    this.index.set(index);
  }

  /** Sets all numbers of a place to 0. */
  clear(place: number): void {
    this.heads.fill(0, place * this.head, (place + 1) * this.head);
    const { index, counts } = this;
    index.fill(0, place * this.parts, (place + 1) * this.parts);
    this.counts = new Float64Array(index.reduce((used, k) => used + (k > 0 ? 1 : 0), 0));
    for (let i = 0, used = 0; i < index.length; i++) {
      if (index[i] === 0) continue;
      this.counts[used] = counts[index[i] - 1];
      index[i] = ++used;
    }
  }

  /** The count of a part of the day. */
  at(place: number, part: number): number {
    const k = this.index[place * this.parts + part];
    return k > 0 ? this.counts[k - 1] : 0;
  }

  add(place: number, part: number, n: number): void {
    const i = place * this.parts + part;
    if (this.index[i] === 0) {
      const { counts } = this;
      this.counts = new Float64Array(counts.length + 1);
      this.counts.set(counts);
      this.index[i] = this.counts.length;
    }
    this.counts[this.index[i] - 1] += n;
  }

  /** Multiplies all counts. */
  fade(keep: number): void {
    const { counts } = this;
    for (let k = 0; k < counts.length; k++) counts[k] *= keep;
  }

  write(bytes: Uint8Array): void {
    const { head, parts, heads } = this;
    const all = numbersOf(bytes);
    all.fill(0);
    for (let place = 0, o = 0; place < this.places; place++, o += head + parts) {
      all.set(heads.subarray(place * head, (place + 1) * head), o);
      for (let part = 0; part < parts; part++) all[o + head + part] = this.at(place, part);
    }
  }

  read(bytes: Uint8Array): void {
    const { head, parts } = this;
    const each = head + parts;
    const all = numbersOf(bytes);
    let length = all.length;
    while (length > 0 && all[length - 1] === 0) length--;
    const places = Math.ceil(length / each);
    this.heads = new Float64Array(places * head);
    this.index = new Uint16Array(places * parts);
    this.counts = new Float64Array(0);
    for (let place = 0, o = 0; place < places; place++, o += each) {
      this.heads.set(all.subarray(o, o + head), place * head);
      for (let part = 0; part < parts; part++)
        if (all[o + head + part] !== 0) this.add(place, part, all[o + head + part]);
    }
  }
}

const numbersOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Float64Array =>
  new Float64Array(buffer, byteOffset, byteLength / 8);

import type { Pieces } from '../../../math/memory.ts';

// Slots of the memory.
const RARITY = 0;
const UNTIL = 1; // to which it counts, epoch ms
const PLACE = 2;
const DETAIL = 3;
const USUAL = 4;
const ASPECT = 5;
const SLOTS = 6;

/** The numbers of the sentence about a turn (kinds/cycle.ts). */
export interface TurnSentence {
  aspect: number;
  detail: number;
  usual: number;
}

/**
 * The last unusual turn of a series that goes up and down. A turn is one reading, but it counts for longer: for as long as the gap that it
 * ended lasted, or until the next turn in its direction.
 *
 * Memory (6): see the slots.
 */
export class UnusualTurn {
  private readonly s: Float64Array;

  constructor(memory: Pieces, name: string) {
    this.s = memory.take(name, SLOTS);
    this.end();
  }

  /** -log10 P. */
  get rarity(): number {
    return this.s[RARITY];
  }

  /** Whether it was a turn in the direction of `place`. */
  isIn(place: number): boolean {
    return place === this.s[PLACE];
  }

  /** Whether it counts at a time, epoch ms. */
  countsAt(at: number): boolean {
    return at < this.s[UNTIL];
  }

  /** Fills `sentence`. */
  tell(sentence: TurnSentence): void {
    const { s } = this;
    sentence.aspect = s[ASPECT];
    sentence.detail = s[DETAIL];
    sentence.usual = s[USUAL];
  }

  /** A turn in the direction of `place` counts until a time, epoch ms. */
  begin(rarity: number, place: number, until: number, { aspect, detail, usual }: Readonly<TurnSentence>): void {
    const { s } = this;
    s[RARITY] = rarity;
    s[UNTIL] = until;
    s[PLACE] = place;
    s[DETAIL] = detail;
    s[USUAL] = usual;
    s[ASPECT] = aspect;
  }

  /** It counts no longer. */
  end(): void {
    this.s[UNTIL] = -Infinity;
  }
}

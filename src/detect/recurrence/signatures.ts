import { log, pow, square } from '../../math/elementary.ts';
import type { Pieces } from '../../math/memory.ts';
import type { Excursion } from './excursion.ts';
import { isBetween, isLike, PRIOR_DEVIATION } from './signature-likeness.ts';
import {
  ALARM_AT,
  AWAY_MS,
  CONTEXTUAL,
  COUNTED,
  EACH,
  EVENTS,
  FAULT,
  FIRST_AT,
  FROM,
  HABIT,
  LAST_AT,
  LEAST_RATE,
  LENGTH_MS,
  NORMAL,
  NOVELTY,
  PLAIN,
  RISE_MS,
  signatureIn,
  SIZE,
  SIZE_VARIANCE,
  SORT,
  SPELL_AT,
  SPELLS,
  STATE,
  STROKE,
  TO,
  type Signature,
} from './signature-slots.ts';
import { SignatureTable } from './signature-table.ts';
import { CONSTANTS } from '../constants.ts';

/** Signatures remembered for each series. */
export const PLACES = 32;
/** A signature that the operator named counts as so many spells more when one has to give way: more than ever came. */
const NAMED = 1e9;
/** Parts of the day that are distinguished, of three hours each. */
const PARTS = 8;
const { RECURS: PRIOR_OCCURRENCES, RECENT_SPAN, CALM_MS } = CONSTANTS;

interface Occurrence {
  readonly from: number;
  readonly to: number;
  readonly startAt: number;
  readonly lengthMs: number;
}

/** The strokes that become a habit. */
export interface StrokePast {
  /** Time of the first, epoch ms, and how many there were since then. */
  readonly firstAt: number;
  readonly times: number;
  /** Occurrences within this time count once. */
  readonly spellMs: number;
}

/**
 * The signatures of a series' past excursions: from which value to which, for how long, how long at the farthest value, how large, at
 * which time of day. Like excursions share a place. A new signature takes the place with the fewest occurrences.
 *
 * Memory: 18 numbers, and 8 for the parts of the day, for each of 32 places; only those that are in use need room.
 */
export class Signatures {
  /** Of the excursions like the one that `spellsLike` was last asked about: start of the last that opened an alarm, epoch ms; -Infinity where none did. */
  alarmAt = -Infinity;
  private readonly table: SignatureTable;

  constructor(memory: Pieces) {
    this.table = memory.pack('signatures', PLACES * (EACH + PARTS) * 8, new SignatureTable(EACH, PARTS));
  }

  private get s(): Float64Array {
    return this.table.heads;
  }

  /**
   * Spells of excursions like this one, which may be still open: then one that lasted longer or rose higher can be like it. They are
   * scaled to its time of day: strokes at all hours count fully, and an event that always comes at 8:00 counts little at 14:00.
   * Infinity where the operator has called such events normal. `step`: a usual step; `usualMs`: the usual interval; `day`: share of
   * the day that is over, in [0, 1).
   */
  spellsLike(excursion: Excursion, step: number, usualMs: number, day: number, contextual = false): number {
    const { s, table } = this;
    const part = Math.floor(day * PARTS);
    const before = (part + PARTS - 1) % PARTS;
    const after = (part + 1) % PARTS;
    this.alarmAt = -Infinity;
    let spells = 0;
    let here = 0;
    let all = 0;
    for (let k = 0; k < s.length; k += EACH) {
      if (s[k + EVENTS] === 0 || s[k + STATE] === FAULT || (contextual && s[k + SORT] !== CONTEXTUAL)) continue;
      if (!isLike(s, k, excursion, false, step, usualMs)) continue;
      if (s[k + STATE] === NORMAL) return Infinity;
      spells += s[k + SPELLS];
      this.alarmAt = Math.max(this.alarmAt, s[k + ALARM_AT]);
      const place = k / EACH;
      for (let j = 0; j < PARTS; j++) all += table.at(place, j);
      here += table.at(place, part) / 2 + (table.at(place, before) + table.at(place, after)) / 4;
    }
    if (spells === 0) return 0;
    return spells * Math.min(1, (PARTS * here + PRIOR_OCCURRENCES) / (all + PRIOR_OCCURRENCES));
  }

  /** Adds an excursion that has ended. Returns its place. `spellMs`: occurrences within this time count once. */
  add(excursion: Excursion, step: number, usualMs: number, day: number, spellMs: number, contextual = false): number {
    const { startAt, riseMs, size } = excursion;
    const lengthMs = excursion.lengthMs + usualMs;
    const awayMs = excursion.awayMs + usualMs;
    const known = this.find(excursion, step, usualMs, contextual);
    const k = known < 0 ? this.rarest() : known;
    const { s } = this; // after a place was added
    if (known < 0) {
      this.table.clear(k / EACH);
      s[k + NOVELTY] = excursion.novelty;
      s[k + LEAST_RATE] = Infinity;
      s[k + LENGTH_MS] = lengthMs;
      s[k + AWAY_MS] = awayMs;
      s[k + FIRST_AT] = startAt;
      s[k + SPELL_AT] = s[k + ALARM_AT] = -Infinity;
      s[k + SORT] = contextual ? CONTEXTUAL : PLAIN;
    }
    const a = this.count(k, excursion, day, spellMs);
    s[k + RISE_MS] += a * (riseMs - s[k + RISE_MS]);
    s[k + AWAY_MS] *= pow(awayMs / s[k + AWAY_MS], a);
    const d = log(size) - s[k + SIZE];
    s[k + SIZE] += a * d;
    if (s[k + EVENTS] > 1) s[k + SIZE_VARIANCE] = (1 - a) * (s[k + SIZE_VARIANCE] + a * d * d);
    s[k + LENGTH_MS] *= pow(lengthMs / s[k + LENGTH_MS], a);
    s[k + LEAST_RATE] = Math.min(s[k + LEAST_RATE], excursion.rate);
    return k / EACH;
  }

  /** Adds a stroke at `at` to the place of strokes like it. Returns false where there is none. */
  addStroke(from: number, to: number, at: number, day: number, spellMs: number): boolean {
    const { s } = this;
    const k = this.findMovement(from, to, (k) => s[k + SORT] === STROKE && (to - from) * (s[k + TO] - s[k + FROM]) > 0);
    if (k < 0) return false;
    this.count(k, { from, to, startAt: at, lengthMs: 0 }, day, spellMs);
    return true;
  }

  /** Counts an occurrence at a place. Returns its weight in the means of the place. */
  private count(k: number, { from, to, startAt, lengthMs }: Occurrence, day: number, spellMs: number): number {
    const { s } = this;
    const a = Math.max(1 / RECENT_SPAN, 1 / ++s[k + EVENTS]);
    s[k + FROM] += a * (from - s[k + FROM]);
    s[k + TO] += a * (to - s[k + TO]);
    this.table.add(k / EACH, Math.floor(day * PARTS), 1);
    s[k + LAST_AT] = startAt + lengthMs;
    if (startAt - s[k + SPELL_AT] >= spellMs) {
      s[k + SPELLS]++;
      s[k + SPELL_AT] = startAt;
    }
    return a;
  }

  /** Remembers strokes that have come `times` times from `firstAt` to `at` as a habit. Returns its place. */
  beginStroke(from: number, to: number, at: number, { firstAt, times, spellMs }: StrokePast): number {
    const k = this.rarest();
    const { s } = this; // after a place was added
    this.table.clear(k / EACH);
    s[k + SORT] = STROKE;
    s[k + STATE] = HABIT;
    s[k + FROM] = from;
    s[k + TO] = to;
    s[k + ALARM_AT] = -Infinity;
    s[k + EVENTS] = times;
    // The kinds of evidence have learned them, so their size is unknown: about that of a weekly event, 1.
    s[k + SIZE_VARIANCE] = square(PRIOR_DEVIATION);
    s[k + SPELLS] = Math.min(times, 1 + Math.floor((at - firstAt) / spellMs));
    s[k + FIRST_AT] = firstAt;
    s[k + SPELL_AT] = s[k + LAST_AT] = at;
    for (let part = 0; part < PARTS; part++) this.table.add(k / EACH, part, times / PARTS);
    return k / EACH;
  }

  /** Whether a movement between these two values is a habit that was an alarm at `rate` alarms a week. */
  hasHabit(from: number, to: number, rate: number): boolean {
    const { s } = this;
    const isHabit = (k: number): boolean =>
      s[k + SORT] !== STROKE && s[k + STATE] === HABIT && s[k + LEAST_RATE] < rate;
    return this.findMovement(from, to, isHabit) >= 0;
  }

  /** Whether strokes between the two values of a place are a habit. */
  hasStroke(place: number): boolean {
    const { s } = this;
    const o = place * EACH;
    return this.findMovement(s[o + FROM], s[o + TO], (k) => s[k + SORT] === STROKE) >= 0;
  }

  /** The place of the signature that came first at `firstAt`, to the millisecond; -1 where there is none or it was replaced. */
  placeOf(firstAt: number): number {
    const { s } = this;
    for (let k = 0; k < s.length; k += EACH)
      if (s[k + EVENTS] > 0 && Math.round(s[k + FIRST_AT]) === Math.round(firstAt)) return k / EACH;
    return -1;
  }

  /**
   * The place of the event between `from` and `until` whose farthest value was about `value`: the signature that came last in that
   * time, else one that has come again since then and goes to about that value; without a value (NaN) only the first. -1 where there
   * is none. An excursion may end after the alarm that it raised, by as many calm readings as end it.
   */
  placeIn(from: number, until: number, value: number): number {
    const { s } = this;
    let best = -1;
    let least = Infinity;
    let inTime = false;
    for (let k = 0; k < s.length; k += EACH) {
      if (s[k + EVENTS] === 0 || s[k + FIRST_AT] > until || s[k + LAST_AT] < from) continue;
      const last = s[k + LAST_AT] <= until + CALM_MS;
      const away = Math.abs(value - s[k + TO]);
      if (inTime && !last) continue;
      if (!last && !(away <= Math.abs(s[k + TO] - s[k + FROM]) / 2)) continue;
      if (last === inTime && best >= 0 && !(away < least)) continue;
      best = k / EACH;
      least = away;
      inTime = last;
    }
    return best;
  }

  /** Whether the excursion just added to a place began a spell of it. */
  beganSpell(place: number, { startAt }: Excursion): boolean {
    return this.s[place * EACH + SPELL_AT] === startAt;
  }

  /** The excursion just added to a place had opened an alarm. */
  alarmed(place: number, { startAt }: Excursion): void {
    this.s[place * EACH + ALARM_AT] = startAt;
  }

  spells(place: number): number {
    return this.s[place * EACH + SPELLS];
  }

  /** The lowest rate, per week, that an excursion of a place had: it was an alarm if that is below the rate asked for. */
  leastRate(place: number): number {
    return this.s[place * EACH + LEAST_RATE];
  }

  state(place: number): number {
    return this.s[place * EACH + STATE];
  }

  setState(place: number, state: number): void {
    this.s[place * EACH + STATE] = state;
  }

  /** Novelty under which the excursions of a place count (novelty-rate.ts), and their weight there. */
  noveltyOf(place: number): number {
    return this.s[place * EACH + NOVELTY];
  }

  countedOf(place: number): number {
    return this.s[place * EACH + COUNTED];
  }

  setCounted(place: number, weight: number): void {
    this.s[place * EACH + COUNTED] = weight;
  }

  at(place: number): Signature {
    return signatureIn(this.s, place * EACH);
  }

  /** All counts fade to the share `keep`; the weights among the rates to `keepCounted`. */
  fade(keep: number, keepCounted: number): void {
    const { s } = this;
    for (let k = 0; k < s.length; k += EACH) {
      s[k + SPELLS] *= keep;
      s[k + EVENTS] *= keep;
      s[k + COUNTED] *= keepCounted;
    }
    this.table.fade(keep);
  }

  /** The place of a movement between two values, in this or the other direction, of those that fit; -1 where there is none. */
  private findMovement(from: number, to: number, fits: (k: number) => boolean): number {
    const { s } = this;
    for (let k = 0; k < s.length; k += EACH) {
      if (s[k + EVENTS] === 0 || !fits(k)) continue;
      if (isBetween(s, k, from, to) || isBetween(s, k, to, from)) return k;
    }
    return -1;
  }

  private find(excursion: Excursion, step: number, usualMs: number, contextual: boolean): number {
    const { s } = this;
    let best = -1;
    for (let k = 0; k < s.length; k += EACH) {
      if (s[k + EVENTS] === 0 || s[k + SORT] !== (contextual ? CONTEXTUAL : PLAIN)) continue;
      if (!isLike(s, k, excursion, true, step, usualMs)) continue;
      if (best < 0 || s[k + EVENTS] > s[best + EVENTS]) best = k;
    }
    return best;
  }

  /** The free place, or that of the signature with the fewest spells: one that the operator has judged only where all are. */
  private rarest(): number {
    if (this.isFull && this.table.places < PLACES) this.table.addPlace();
    const { s } = this;
    let rarest = 0;
    let fewest = Infinity;
    for (let k = 0; k < s.length; k += EACH) {
      const said = s[k + STATE] === FAULT || s[k + STATE] === NORMAL;
      const spells = s[k + SPELLS] + (said ? NAMED : 0);
      if (spells >= fewest) continue;
      fewest = spells;
      rarest = k;
    }
    return rarest;
  }

  /** Whether no place is free. */
  private get isFull(): boolean {
    const { s } = this;
    for (let k = 0; k < s.length; k += EACH) if (s[k + EVENTS] === 0) return false;
    return true;
  }
}

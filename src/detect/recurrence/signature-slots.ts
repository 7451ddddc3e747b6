/** The judgement of a signature, by the operator or by its count. */
export const NEW = 0;
export const HABIT = 1;
export const FAULT = 2;
export const NORMAL = 3;

// Slots of a signature; the next one begins after EACH.
export const SPELLS = 0; // occurrences, those of one spell counted once; decayed
export const EVENTS = 1; // occurrences, decayed
export const SPELL_AT = 2; // start of the last spell
export const LAST_AT = 3;
export const FROM = 4;
export const TO = 5;
export const RISE_MS = 6;
export const LENGTH_MS = 7; // geometric mean
export const SIZE = 8; // mean of ln size
export const NOVELTY = 9; // under which its occurrences count
export const COUNTED = 10; // their weight, decayed
export const STATE = 11; // NEW, HABIT, FAULT or NORMAL
export const FIRST_AT = 12;
export const SIZE_VARIANCE = 13; // of ln size
export const AWAY_MS = 14; // time at the farthest value, geometric mean
export const LEAST_RATE = 15; // the lowest rate of its excursions
export const SORT = 16; // of its occurrences: PLAIN, CONTEXTUAL or STROKE
export const ALARM_AT = 17; // start of the last one that opened an alarm, epoch ms; -Infinity where none did
/** Slots of a signature; its occurrences in each part of the day are elsewhere (signature-table.ts). */
export const EACH = 18;

/** Excursions without and with contextual evidence, and strokes of a cycle that are no excursions. */
export const PLAIN = 0;
export const CONTEXTUAL = 1;
export const STROKE = 2;

/** One remembered signature. Values in the unit of the series. */
export interface Signature {
  readonly state: number;
  readonly from: number;
  readonly to: number;
  /** Time at the farthest value. */
  readonly awayMs: number;
  /** Occurrences, decayed. */
  readonly events: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** The signature whose slots begin at `k`. */
export const signatureIn = (s: Float64Array, k: number): Signature => ({
  state: s[k + STATE],
  from: s[k + FROM],
  to: s[k + TO],
  awayMs: s[k + AWAY_MS],
  events: s[k + EVENTS],
  firstAt: s[k + FIRST_AT],
  lastAt: s[k + LAST_AT],
});

export type NumberReason = 'empty' | 'unavailable' | 'not_a_number' | 'not_finite' | 'decimal_comma' | 'not_scalar';

/** No two parts of it can match the same digit, so that no text makes it slow. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;

const WORDS: ReadonlyMap<string, number | NumberReason> = new Map<string, number | NumberReason>([
  ['', 'empty'],
  ['true', 1],
  ['on', 1],
  ['false', 0],
  ['off', 0],
  ['null', 'unavailable'],
  ['none', 'unavailable'],
  ['unavailable', 'unavailable'],
  ['unknown', 'unavailable'],
  ['nan', 'not_finite'],
]);
const INFINITE = /^[+-]?inf(?:inity)?$/;

/** A trimmed text as a decimal number, possibly infinite; null when it is not one. Unlike Number(): no '', no hex. */
export const parseDecimal = (text: string): number | null => (DECIMAL.test(text) ? Number(text) : null);

/** No sensor measures more, and its square still fits: one value of 1e200 would leave a variance infinite for good. */
const MOST = 1e30;

const measured = (number: number): number | NumberReason => (Math.abs(number) <= MOST ? number : 'not_finite');

/**
 * A value from a payload as a number of at most 1e30 in size, or the reason why it is none. true and ON are 1, false and OFF are 0, in
 * any case; space around a text is ignored. Never throws.
 */
export const parseNumber = (value: unknown): number | NumberReason => {
  switch (typeof value) {
    case 'number':
      return measured(value);
    case 'string':
      return parseText(value.trim());
    case 'boolean':
      return value ? 1 : 0;
    default:
      return value === null || value === undefined ? 'unavailable' : 'not_scalar';
  }
};

const parseText = (text: string): number | NumberReason => {
  const number = parseDecimal(text);
  if (number !== null) return measured(number);
  const word = text.toLowerCase();
  if (INFINITE.test(word)) return 'not_finite';
  return WORDS.get(word) ?? (DECIMAL_COMMA.test(text) ? 'decimal_comma' : 'not_a_number');
};

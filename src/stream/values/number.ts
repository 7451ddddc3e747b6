export type NumberReason = 'empty' | 'unavailable' | 'not_a_number' | 'not_finite' | 'decimal_comma' | 'not_scalar';

/** No two parts of the pattern match the same digit, so no text causes backtracking. */
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

/** A trimmed text as a decimal number, possibly infinite; null when it is not decimal. Unlike Number(): no '', no hex. */
export const parseDecimal = (text: string): number | null => (DECIMAL.test(text) ? Number(text) : null);

/** No sensor measures more. The square is still finite; one value of 1e200 would make a variance infinite permanently. */
const MAX_ABS_VALUE = 1e30;

const measured = (number: number): number | NumberReason => (Math.abs(number) <= MAX_ABS_VALUE ? number : 'not_finite');

/**
 * A value from a payload as a number of magnitude at most 1e30, or the reason why it is not one. true and ON are 1, false
 * and OFF are 0, in upper or lower case; white space around a text is ignored. `comma`: a text may have a decimal comma. Never throws.
 */
export const parseNumber = (value: unknown, comma = false): number | NumberReason => {
  switch (typeof value) {
    case 'number':
      return measured(value);
    case 'string':
      return parseText(value.trim(), comma);
    case 'boolean':
      return value ? 1 : 0;
    default:
      return value === null || value === undefined ? 'unavailable' : 'not_scalar';
  }
};

const parseText = (text: string, comma: boolean): number | NumberReason => {
  const number = parseDecimal(comma ? text.replace(',', '.') : text);
  if (number !== null) return measured(number);
  const word = text.toLowerCase();
  if (INFINITE.test(word)) return 'not_finite';
  return WORDS.get(word) ?? (DECIMAL_COMMA.test(text) ? 'decimal_comma' : 'not_a_number');
};

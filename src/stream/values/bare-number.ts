import type { Content } from '../dialects/content.ts';
import { firstByte } from '../dialects/general/json-object.ts';
import { unquoted } from '../dialects/general/scalar.ts';
import { parseNumber } from './number.ts';

/** A payload of a longer one is no bare number. */
const MAX_NUMBER_BYTES = 64;

/** Whether a payload is one number, or a word that stands for one. */
export function isBareNumber(content: Content): boolean {
  const { payload } = content;
  const first = firstByte(payload);
  // A number or a word. The text of a binary payload would be an exception, which costs 6 us.
  if (first === 0x7b || first === 0x5b || first >= 0x80 || payload.length > MAX_NUMBER_BYTES) return false;
  const text = content.text();
  return text !== null && typeof parseNumber(unquoted(text)) === 'number';
}

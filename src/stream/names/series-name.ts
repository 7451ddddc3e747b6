import { fnvText } from '../fnv.ts';
import { slugify } from './slug.ts';

const MAX_LENGTH = 64;
/** Characters of a hash, 20 bits: enough for the few names of one site that need it. */
const HASH = 4;

/**
 * The name of the series of a signal: `kitchen/climate` and `temperature` give `kitchen-climate-temperature`. Letters without a form
 * in a-z would be lost, and with them the difference between two devices: then a hash stands at the end of the name, and so it does
 * where the name would be too long.
 */
export function seriesName(device: string, signal: string): string {
  const whole = signal === '' ? device : `${device} ${signal}`;
  const slug = slugify(whole);
  if (slug !== '' && !isTooLong(whole) && !isLost(device) && !isLost(signal)) return slug;
  const hash = (fnvText(whole) >>> 12).toString(32).padStart(HASH, '0');
  const rest = slug.slice(0, MAX_LENGTH - HASH - 1).replace(/[_-]+$/, '');
  return rest === '' ? `series-${hash}` : `${rest}-${hash}`;
}

const isTooLong = (text: string): boolean =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}_]+/gu, '-').length > MAX_LENGTH;

/** Most of the letters have no form in a-z. */
function isLost(text: string): boolean {
  const letters = text.normalize('NFKD').replace(/[^\p{L}\p{N}]/gu, '').length;
  return slugify(text).replace(/[_-]/g, '').length < Math.min(letters, MAX_LENGTH) / 2;
}

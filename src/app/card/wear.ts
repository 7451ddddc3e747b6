/*
 * How long a card lasts:
 *
 *   years = capacity · cycles / (amplification · bytes a day · 365.25)
 *
 * cycles: how often each cell can be written. In M. Cole's "Great microSD Card Survey" (bahjeez.com, 2025), which overwrites whole
 * cards until they fail, the first error came after 4,634 cycles with cards of SanDisk, 3,555 with Kingston, 291 with Lenovo, on
 * average. 1,000 is below the good ones; a card of an unknown brand may bear a third.
 *
 * amplification: how much more the card writes than it is given. A page of SQLite has 4 KiB, one of the flash 16 KiB, and each sync
 * ends it: 4 times. The journal of the file system doubles small writes, and moving pages to free blocks adds a quarter: 10 in all. It
 * is an estimate, because no card reports it.
 */
const CYCLES = 1000;
const AMPLIFICATION = 10;
/** The smallest card on which a Raspberry Pi is installed today. */
export const USUAL_CARD = 32e9;
/** A card that would last less than this is reported. */
export const SHORT_YEARS = 5;
const DAYS = 365.25;

/** Years until a card of `capacity` bytes is worn out, at so many bytes a day. */
export const cardYears = (bytesPerDay: number, capacity = USUAL_CARD): number =>
  bytesPerDay > 0 ? (capacity * CYCLES) / (AMPLIFICATION * bytesPerDay * DAYS) : Infinity;

/** `about 41 years`, `more than 100 years`, `about 0.8 years` */
export function yearsText(years: number): string {
  if (years >= 100) return 'more than 100 years';
  return `about ${years < 10 ? Number(years.toPrecision(2)) : Math.round(years)} years`;
}

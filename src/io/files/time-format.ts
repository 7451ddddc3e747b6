import { AppError } from '../../errors.ts';
import { offsetOf } from './time-text.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Pattern of each directive; the names are those of strftime. */
const DIRECTIVES: Readonly<Record<string, string>> = {
  Y: String.raw`\d{4}`,
  y: String.raw`\d{2}`,
  m: String.raw`\d{1,2}`,
  d: String.raw`\d{1,2}`,
  b: '[A-Za-z]{3,9}',
  H: String.raw`\d{1,2}`,
  I: String.raw`\d{1,2}`,
  M: String.raw`\d{1,2}`,
  S: String.raw`\d{1,2}`,
  f: String.raw`\d{1,9}`,
  p: String.raw`[AaPp]\.?[Mm]\.?`,
  z: String.raw`[Zz]|[+-]\d\d(?::?\d\d)?`,
};
const SAME: Readonly<Record<string, string>> = { e: 'd', B: 'b', h: 'b' };
const SHORT: Readonly<Record<string, string>> = { T: '%H:%M:%S', R: '%H:%M', F: '%Y-%m-%d', D: '%m/%d/%y' };

/**
 * Compiles a format in the letters of strftime, such as `%d.%m.%y %H:%M:%S`, to a function that gives epoch ms, NaN for a text
 * of another form. Times without `%z` are UTC; `%y` is 1969 to 2068. Throws an AppError `usage`.
 */
export function compileTimeFormat(format: string): (text: string) => number {
  const wrong = (why: string): AppError => new AppError('usage', `--time-format "${format}": ${why}`);
  const names: string[] = [];
  const expanded = format.trim().replace(/%([TRFD])/g, (_, letter: string) => SHORT[letter]);
  const pattern = expanded.replace(/%(.?)|\s+|[^%\s]+/gs, (part, letter: string | undefined) => {
    if (letter === undefined) return /^\s/.test(part) ? String.raw`\s+` : part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    if (letter === '%') return '%';
    const name = SAME[letter] ?? letter;
    if (!Object.hasOwn(DIRECTIVES, name))
      throw wrong(
        `%${letter} is unknown; known are ${[...Object.keys(DIRECTIVES), 'T', 'R', 'F', 'D'].map((each) => `%${each}`).join(' ')}`,
      );
    if (names.includes(name)) throw wrong(`%${letter} occurs twice`);
    names.push(name);
    return `(?<${name}>${DIRECTIVES[name]})`;
  });
  const has = (...any: string[]): boolean => any.some((name) => names.includes(name));
  if (!has('Y', 'y') || !has('m', 'b') || !has('d')) throw wrong('a year (%Y), a month (%m) and a day (%d) are needed');
  if (has('I') !== has('p')) throw wrong('%I and %p (AM or PM) belong together');
  const form = new RegExp(String.raw`^\s*${pattern}\s*$`);
  return (text) => {
    const found = text.match(form)?.groups;
    return found === undefined ? NaN : timeOf(found);
  };
}

function timeOf({ Y, y, m, b, d, H, I, M = '0', S = '0', f = '0', p, z }: Partial<Record<string, string>>): number {
  const year = Y === undefined ? Number(y) + (Number(y) < 69 ? 2000 : 1900) : Number(Y);
  const month = m === undefined ? MONTHS.indexOf(b!.slice(0, 3).toLowerCase()) : Number(m) - 1;
  const hour = I === undefined ? Number(H ?? 0) : (Number(I) % 12) + (/^p/i.test(p!) ? 12 : 0);
  const date = Date.UTC(year, month, Number(d));
  const real = month >= 0 && month < 12 && new Date(date).getUTCDate() === Number(d);
  if (!real || hour > 23 || Number(I ?? 1) < 1 || Number(I ?? 1) > 12 || Number(M) > 59 || Number(S) > 59) return NaN;
  const ms = Math.round(Number(`0.${f}`) * 1000);
  const at = date + hour * 3_600_000 + Number(M) * 60_000 + Number(S) * 1000 + ms - offsetOf(z);
  return at > 0 ? at : NaN;
}

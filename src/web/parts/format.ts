const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let zone = 'UTC';
let formats = formatsOf(zone);

function formatsOf(timeZone: string) {
  const hour12 = false;
  return {
    clock: new Intl.DateTimeFormat('en-GB', { timeZone, hour12, hour: '2-digit', minute: '2-digit' }),
    seconds: new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hour12,
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    }),
    day: new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', day: 'numeric', month: 'short' }),
    date: new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }),
  };
}

/** All times are shown as on a clock of the site. */
export const useTimeZone = (name: string | null): void => {
  zone = name ?? 'UTC';
  formats = formatsOf(zone);
};

export const timeZone = (): string => zone;

/** 14:02 */
export const clock = (at: number): string => formats.clock.format(at);
/** 14:02:31 */
export const clockWithSeconds = (at: number): string => formats.seconds.format(at);
/** Mon 5 Jan */
export const day = (at: number): string => formats.day.format(at).replace(',', '');
/** 2026-01-05 */
export const date = (at: number): string => formats.date.format(at);

/** A time near `now`: 14:02 on the same day, else Mon 5 Jan 14:02. */
export const time = (at: number, now: number): string =>
  date(at) === date(now) ? clock(at) : `${day(at)} ${clock(at)}`;

/** 35 s, 12 min, 3 h 20 min, 4 d 2 h */
export const duration = (ms: number): string => {
  if (!(ms >= 0)) return '0 s';
  if (ms < MINUTE) return `${Math.round(ms / 1000)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  const [large, unit, small, part, smallUnit] =
    ms < DAY
      ? [Math.floor(ms / HOUR), 'h', Math.floor((ms % HOUR) / MINUTE), HOUR, 'min']
      : [Math.floor(ms / DAY), 'd', Math.floor((ms % DAY) / HOUR), DAY, 'h'];
  return small === 0 || ms >= 10 * part ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
};

/** `5 min ago`, `in 3 h`. */
export const fromNow = (at: number, now: number): string =>
  Math.abs(at - now) < 1000 ? 'now' : at < now ? `${duration(now - at)} ago` : `in ${duration(at - now)}`;

/** Four significant digits, without an exponent where that is possible; – where it is not known. */
export const number = (value: number | null): string => {
  if (value === null || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2).replace('-', '−');
  const digits = size === 0 ? 0 : Math.max(0, Math.min(4, 3 - Math.floor(Math.log10(size))));
  return String(Number(value.toFixed(digits))).replace('-', '−');
};

/** With its unit. */
export const quantity = (value: number | null, unit: string): string =>
  value === null ? '–' : `${number(value)}${unit === '' ? '' : `\u202f${unit}`}`;

export const percent = (share: number): string => `${Math.round(100 * share)}\u202f%`;

/** The name of a kind of evidence in words: forecast_error as forecast error. */
export const words = (name: string): string => name.replaceAll('_', ' ');

/** 1 stream, 2 streams */
export const count = (n: number, what: string): string => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;

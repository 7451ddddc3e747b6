import { AppError, type ErrorCode } from '../../errors.ts';

/** The result of one check. */
export interface Finding {
  readonly part: 'machine' | 'networks' | 'site';
  /** A word or two. */
  readonly about: string;
  readonly state: 'ok' | 'warning' | 'problem';
  /** One sentence. */
  readonly text: string;
  /** The code of a problem, or of the cause of a warning. */
  readonly code?: ErrorCode;
  /** The same as numbers, for scripts. */
  readonly data?: Readonly<Record<string, unknown>>;
}

type Place = Pick<Finding, 'part' | 'about'>;

export const ok = (place: Place, text: string, data?: Finding['data']): Finding => ({
  ...place,
  state: 'ok',
  text,
  ...(data === undefined ? {} : { data }),
});

export const warning = (place: Place, text: string, data?: Finding['data']): Finding => ({
  ...ok(place, text, data),
  state: 'warning',
});

/** One problem for each line of a failure that someone can act on; any other is thrown again. */
export function problems(place: Place, error: unknown): Finding[] {
  if (!(error instanceof AppError)) throw error;
  return error.message.split('\n').map((text) => ({ ...place, state: 'problem', text, code: error.code }));
}

/** 17.8 KiB, 4.3 MiB, 20 GiB: at most three digits. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let power = 0;
  while (bytes >= 1000 && power < units.length - 1) {
    bytes /= 1024;
    power++;
  }
  return `${Number(bytes.toPrecision(3))} ${units[power]}`;
}

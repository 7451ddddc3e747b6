import type { EarlierMode, Mode } from '../evidence/modes.ts';
import type { SeriesInfo } from '../reading.ts';

/** A level at which a series stays, one of several. */
export interface OperatingMode {
  readonly stream: string;
  readonly series: string;
  readonly unit: string;
  /** Its mean, and the deviation of means over twelve readings. */
  readonly level: number;
  readonly spread: number;
  /** Since when it is known, epoch ms; NaN where that is not known. */
  readonly since: number;
  /** How many times the series has come to it. */
  readonly times: number;
  /** When the series was in it last, epoch ms; NaN where that is not known. */
  readonly lastAt: number;
  /** Whether it is the present one. */
  readonly present: boolean;
}

/** The modes of a series, the present one first; none where it has had one only. `now`: the last reading, epoch ms. */
export function operatingModes(
  stream: string,
  { slug, unit }: Pick<SeriesInfo, 'slug' | 'unit'>,
  present: Mode,
  earlier: readonly EarlierMode[],
  now: number,
): OperatingMode[] {
  if (earlier.length === 0) return [];
  const of = ({ mean, spread, since, times }: Mode, lastAt: number): OperatingMode => ({
    stream,
    series: slug,
    unit,
    level: mean,
    spread,
    since,
    times,
    lastAt,
    present: false,
  });
  return [{ ...of(present, now), present: true }, ...earlier.map((mode) => of(mode, mode.leftAt))];
}

import type { SeriesInfo } from '../reading.ts';

/** Something about a series that is published once and is no alarm. */
export interface Notice {
  /** `<series>-<letter of the kind><time in base 36>`. The same readings give the same id. */
  readonly id: string;
  readonly stream: string;
  readonly series: string;
  /** Its display name, where one was given. */
  readonly label?: string;
  readonly unit: string;
  /** When it was recognised, epoch ms. */
  readonly at: number;
  /** One plain sentence with numbers and units. */
  readonly reason: string;
}

/** The fields that identify a notice and its series; `time`, epoch ms, makes the id unique for this series and letter. */
export const namesOf = (
  stream: string,
  { slug, label, unit }: SeriesInfo,
  letter: 'h' | 'm',
  time: number,
): Pick<Notice, 'id' | 'stream' | 'series' | 'label' | 'unit'> => ({
  id: `${slug}-${letter}${Math.round(time).toString(36)}`,
  stream,
  series: slug,
  ...(label === undefined ? {} : { label }),
  unit,
});

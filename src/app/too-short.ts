import type { Tuning } from '../config/schema.ts';
import { AppError } from '../errors.ts';

/** The error for a recording in which no stream got through its warm-up, so that nothing was judged. */
export const endsBeforeWarmUp = (file: string, { warmup }: Pick<Tuning, 'warmup'>): AppError =>
  new AppError(
    'recording_unreadable',
    `${file} ends before the warm-up does (${warmup} readings of a series): give a longer recording, or a site file with a shorter warmup`,
  );

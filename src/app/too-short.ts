import type { Tuning } from '../config/schema/tuning.ts';
import { AppError } from '../errors.ts';

/** The error for a recording that ends before any stream has finished its warm-up, so that no row was scored. */
export const endsBeforeWarmUp = (file: string, { warmup }: Pick<Tuning, 'warmup'>): AppError =>
  new AppError(
    'recording_unreadable',
    `${file} ends before the warm-up does (${warmup} readings of a series): use a longer recording, or a site file with a shorter warmup`,
  );

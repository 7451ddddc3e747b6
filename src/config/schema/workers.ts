import { z } from 'zod';
import { option } from './vocabulary.ts';

/** A thread needs a core to be worth its memory; no machine that runs one site has more. */
const MAX_WORKERS = 64;
const error = `expected auto, off or a whole number from 1 to ${MAX_WORKERS}`;

/** `workers` of a site file. */
export const workersSchema = option(
  z
    .union([z.literal('auto'), z.literal('off'), z.int({ error }).min(1, { error }).max(MAX_WORKERS, { error })], {
      error,
    })
    .meta({ title: 'auto, off or whole number' }),
  'off',
  'Worker threads that process the streams. `off`: none. A number: that many. `auto`: none until the service is busy for most of a minute, then one for each core that is left, until it stops.',
);

import { z } from 'zod';
import * as v from './vocabulary.ts';

/** The history of the series for charts. */
export const historySchema = v.section({
  enabled: v.option(
    z.boolean(),
    true,
    'Whether a history of each series is kept for the charts: minutes for 14 days, quarters of an hour for 90 days, six hours for 400 days. false: none is written, and the stored one is deleted.',
  ),
  storage: v.option(
    z.enum(['disk', 'memory']),
    'disk',
    'Where it is kept. `memory`: in a file on a tmpfs, which costs memory instead of writes to the card; a reboot deletes it, a restart of the service does not. The default of max_megabytes is then 64.',
  ),
  max_megabytes: v.option(
    v.whole(1, 1_000_000),
    256,
    'Size of the history of all series, in millions of bytes, above which the oldest minutes are deleted, then the oldest quarters of an hour.',
  ),
});

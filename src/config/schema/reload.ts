import { z } from 'zod';
import { option, section } from './vocabulary.ts';

/** `reload` of a site file. */
export const reloadSchema = section({
  on_change: option(
    z.boolean(),
    false,
    'Whether a changed site file is put in force within about 4 s. SIGHUP and the command `reload` do so in any case.',
  ),
});

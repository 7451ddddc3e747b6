import { z } from 'zod';
import * as v from './vocabulary.ts';

/** Sparkplug B. */
export const sparkplugSchema = v.section({
  rebirth: v.option(
    z.boolean(),
    false,
    'Whether zankyo asks a Sparkplug edge node for a new birth when it lacks one or messages were lost: it publishes NCMD with `Node Control/Rebirth`, at most once a minute for each edge node. This writes to a topic of the plant.',
  ),
});

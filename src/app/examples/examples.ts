import { greenhouse } from './greenhouse.ts';
import { home } from './home.ts';
import { pumpStation } from './pump-station.ts';
import type { Example } from './recording.ts';
import { workshop } from './workshop.ts';

/** The sites of config/ that have a recording; each has its own page, docs/example-NAME.md. */
export const EXAMPLES: readonly Example[] = [home, workshop, greenhouse, pumpStation];

/** The seed of the recordings that the tests replay and the pages describe. */
export const SEED = 1;

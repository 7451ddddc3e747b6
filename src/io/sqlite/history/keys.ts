import { TIERS } from '../../../stream/history/tiers.ts';

/** Blocks of a tier, numbered from 1970 on: those of 4 h last until 2448. */
export const BLOCKS = 2 ** 20;
/** In the place of a tier: the present blocks of all tiers. */
export const OPEN = TIERS.length;

/**
 * The key of a block: the blocks of a series stand together, those of a tier in order of time, so that a window is read from
 * neighbouring pages. A series has four places: one for each tier, and one for the present blocks.
 */
export const keyOf = (series: number, tier: number, block: number): number =>
  (series * (OPEN + 1) + tier) * BLOCKS + block;

import { MINUTE_MS } from '../../math/time.ts';

const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 5 * MINUTE_MS;
/** More doublings than the limit allows, and no overflow. */
const MAX_DOUBLINGS = 20;

/** Pause before the next attempt, ms, after so many failures in a row: `firstMs`, and twice as long each time up to five minutes. */
export const retryPauseMs = (failures: number, firstMs: number = FIRST_RETRY_MS): number =>
  Math.min(MAX_RETRY_MS, firstMs * 2 ** Math.min(MAX_DOUBLINGS, Math.max(0, failures - 1)));

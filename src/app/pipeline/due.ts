/**
 * Whether what was done at `lastAt` is to be done again, as it is every `everyMs`. A clock that was set back is no reason to wait
 * until it has caught up.
 */
export const isDue = (at: number, lastAt: number, everyMs: number): boolean => at < lastAt || at >= lastAt + everyMs;

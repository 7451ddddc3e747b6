/**
 * Whether a task that runs every `everyMs` and last ran at `lastAt` is due at `at`. It is also due when the clock was set
 * back, so that it does not wait until the clock has caught up.
 */
export const isDue = (at: number, lastAt: number, everyMs: number): boolean => at < lastAt || at >= lastAt + everyMs;

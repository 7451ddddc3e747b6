/** Interval of the housekeeping; while rows have to be deleted, a part of them every second. */
const TIDY_MS = 60_000;
const MORE_TO_TIDY_MS = 1_000;

/**
 * Calls `step` now and then: it deletes a part of the rows that are due, and says whether there are more. Ends with `fail` where it
 * throws. Returns how to stop it.
 */
export function keepTidy(step: () => boolean, fail: (error: unknown) => void): () => void {
  let timer: NodeJS.Timeout;
  const tidy = (): void => {
    try {
      timer = setTimeout(tidy, step() ? MORE_TO_TIDY_MS : TIDY_MS);
    } catch (error) {
      fail(error);
    }
  };
  tidy();
  return () => {
    clearTimeout(timer);
  };
}

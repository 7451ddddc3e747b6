import type { LedgerPort } from './ports.ts';

const nothing = (): void => undefined;

/** Writes at once and remembers nothing: for recordings, which can be read again. */
export const PASSING_LEDGER: LedgerPort = {
  seq: 1,
  admit: () => true,
  read: nothing,
  tick: nothing,
  wake: nothing,
  effort: nothing,
  write: (what, then) => {
    what();
    then?.();
  },
  onOverflow: nothing,
  past: () => [],
  originOf: () => null,
  trim: nothing,
};

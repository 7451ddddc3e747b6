import type { LedgerPort } from './ports.ts';

const nothing = (): void => undefined;

/** A ledger that runs each write at once and stores nothing: for recordings, which can be read again. */
export const PASSING_LEDGER: LedgerPort = {
  seq: 1,
  droppedWrites: 0,
  admit: () => true,
  recordReadings: nothing,
  recordTick: nothing,
  recordDowntime: nothing,
  recordTrainingRate: nothing,
  recordCommand: nothing,
  write: (task, afterwards) => {
    task();
    afterwards?.();
  },
  onOverflow: nothing,
  entries: () => [],
  originOf: () => null,
  trim: nothing,
};

import { defineConfig } from 'vitest/config';

/** The tests that `npm run mutate` runs against each mutant: those of the mutated files, and of a detector as a whole. */
export default defineConfig({
  test: {
    include: [
      'test/detect/evidence/**/*.test.ts',
      'test/detect/{alarm-evidence,changing-group,group-learning,series-model}.test.ts',
      'test/io/ledger/**/*.test.ts',
    ],
    // It cuts the power 110 times: too slow to run for each of several hundred mutants.
    exclude: ['test/io/ledger/power-cut.test.ts'],
    testTimeout: 60_000,
  },
});

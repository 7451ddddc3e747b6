import { defineConfig } from 'vitest/config';

/** These count what is allocated. The optimised code, and with it the allocations, depends on the files that ran in the process before. */
const COUNTS_ALLOCATIONS = ['test/nn/*conformance.test.ts', 'test/detect/detector.test.ts'];

const unit = {
  // Each core has a file; by default one core stays free, half of a machine of two. They run before the others.
  maxWorkers: '100%',
  sequence: { groupOrder: 0 },
  // Some tests work for 5 s on a fast machine; a Raspberry Pi takes ten times as long.
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...unit,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/integration/**',
            'test/faults/**',
            'test/browser/**',
            'test/appliance/**',
            'test/container/**',
            ...COUNTS_ALLOCATIONS,
          ],
          // The files of a worker share its process and modules: 210 instead of 370 s on two cores.
          isolate: false,
        },
      },
      { test: { ...unit, name: 'unit-isolated', include: COUNTS_ALLOCATIONS } },
      {
        test: {
          name: 'integration',
          include: ['test/{integration,faults}/**/*.test.ts'],
          // Real brokers and processes, which mostly wait: two files at a time. The limits are for what never comes: a busy machine is slow.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          // A browser, a broker and a service for each file.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'appliance',
          include: ['test/appliance/**/*.test.ts'],
          // As root: a systemd that boots, or a Debian root, for each file. Not part of npm test. While one file waits for a watchdog, another works: 340 instead of 490 s.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          // Four kills by a watchdog of 30 s take two minutes.
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'container',
          include: ['test/container/**/*.test.ts'],
          // As root: Podman builds the images and runs them. The first build compiles SQLite and takes minutes. Not part of npm test.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 900_000,
          hookTimeout: 3_600_000,
        },
      },
    ],
  },
});

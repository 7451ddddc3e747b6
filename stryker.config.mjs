/**
 * Mutation tests: Stryker changes one expression at a time and runs the tests that cover it. A change that no test notices
 * has survived. `npm run mutate` for all, `npm run mutate -- --mutate src/detect/evidence/score.ts` for a file.
 * docs/research/mutation.md has the scores.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  mutate: ['src/detect/evidence/**/*.ts', 'src/io/ledger/**/*.ts'],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutate.config.ts' },
  coverageAnalysis: 'perTest',
  ignorePatterns: ['dist', 'reports', 'bench', 'docs'],
  concurrency: 1,
  timeoutMS: 20_000,
  reporters: ['clear-text', 'json', 'html', 'progress-append-only'],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  disableTypeChecks: false,
  cleanTempDir: 'always',
};

/** The unit tests in the root. */
import { inRoot } from './root.mjs';
import { run } from './run.mjs';

/** One process for all files of a call, because an emulator has to translate Node and the tests anew in each one. */
const VITEST =
  'node node_modules/vitest/vitest.mjs run --project unit --no-isolate --maxWorkers=1 --testTimeout 1200000 --hookTimeout 1200000';
/** Tests with 100,000 or more steps of each network, by words of their names, and why they may be left out. */
export const LONG = {
  '100,000 constant': 'the part "bits" has the same cells, learners and cores with 60 updates',
  'allocates? no': 'V8, not the CPU, decides what a step leaves on the heap',
};
const withoutLong = `-t '^(?!.*(${Object.keys(LONG).join('|')}))'`;

const SHOWN = /^ *[✓❯×↓] .*\.test\.ts|FAIL|×|Error:/;
const FILE = /^ *[✓❯] \|unit\| (\S+\.test\.ts) \((\d+) tests?((?: \| \d+ \w+)*)\)/;

/** Prints each file and each failure at once. `counts` is right at any time, also when the tests are interrupted. */
export async function testThere(filter, root, project, { counts, say, long }) {
  const startedAt = Date.now();
  let rest = '';
  const read = (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (SHOWN.test(line)) say(line);
      const [, , tests, others] = FILE.exec(line) ?? [];
      if (tests === undefined) continue;
      const of = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(others)?.[1] ?? 0);
      counts.files++;
      counts.failed += of('failed');
      counts.skipped += of('skipped');
      counts.passed += Number(tests) - of('failed') - of('skipped');
    }
    counts.seconds = Math.round((Date.now() - startedAt) / 1000);
  };
  const { command, args, options } = inRoot(
    root,
    `cd ${project} && exec ${VITEST} ${long ? '' : withoutLong} ${filter} 2>&1`,
  );
  const { status } = await run(command, args, { ...options, onText: read });
  counts.state = status === 0 ? 'all passed' : 'FAILED';
}

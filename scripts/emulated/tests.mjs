/** The unit tests in the root. */
import { inRoot } from './root.mjs';
import { run } from './run.mjs';

/** One process for all files of a call, because an emulator has to translate Node and the tests anew in each one. */
const VITEST =
  'node node_modules/vitest/vitest.mjs run --project "unit*" --no-isolate --maxWorkers=1 --testTimeout 1200000';
/** Tests with 100,000 or more steps of each network, by words of their names, and why they may be left out. */
export const LONG = {
  '100,000 constant': 'the part "bits" has the same cells, learners and cores with 60 updates',
  'allocates? no': 'V8, not the CPU, decides what a step leaves on the heap',
};
/**
 * Not as root, which may enter any directory: as root, tests of a directory that this user may not enter change their user, and Debian's
 * Node refuses that (CVE-2024-22017).
 */
const AS_USER = 'setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=/tmp';
const withoutLong = `-t '^(?!.*(${Object.keys(LONG).join('|')}))'`;

const SHOWN = /^ *[✓❯×↓] .*\.test\.ts|FAIL|×|Error:/;
const FILE = /^ *[✓❯] \|unit(?:-isolated)?\| (\S+\.test\.ts) \((\d+) tests?((?: \| \d+ \w+)*)\)/;

/**
 * Prints each file and each failure at once. `counts` is right at any time, also when the tests are interrupted. Runs those of `files`
 * whose names have the words `filter` and that have not `passed` yet.
 */
export async function testThere(filter, root, project, { counts, say, long, files, passed }) {
  const startedAt = Date.now();
  const all = files.filter((file) => file.includes(filter) && file.endsWith('.test.ts'));
  const earlier = all.filter((file) => passed.counts.has(file));
  for (const file of earlier) {
    counts.files++;
    counts.passed += passed.counts.get(file).passed;
    counts.skipped += passed.counts.get(file).skipped;
  }
  if (earlier.length > 0)
    say(`${earlier.length} of ${all.length} files have passed in an earlier run (${passed.path})`);
  if (earlier.length === all.length) {
    counts.state = all.length === 0 ? 'NO SUCH TESTS' : 'all passed';
    return;
  }
  let rest = '';
  const read = (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (SHOWN.test(line)) say(line);
      const [, file, tests, others] = FILE.exec(line) ?? [];
      if (tests === undefined) continue;
      const of = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(others)?.[1] ?? 0);
      const [failed, skipped] = [of('failed'), of('skipped')];
      const ofFile = { passed: Number(tests) - failed - skipped, skipped };
      counts.files++;
      counts.failed += failed;
      counts.skipped += skipped;
      counts.passed += ofFile.passed;
      if (failed === 0 && line.trimStart().startsWith('✓')) passed.add(file, ofFile);
    }
    counts.seconds = Math.round((Date.now() - startedAt) / 1000);
  };
  const left = all.filter((file) => !earlier.includes(file)).join(' ');
  const { command, args, options } = inRoot(
    root,
    `cd ${project} && exec ${AS_USER} ${VITEST} ${long ? '' : withoutLong} ${left} 2>&1`,
  );
  const { status } = await run(command, args, { ...options, onText: read });
  counts.state = status === 0 ? 'all passed' : 'FAILED';
}

/** Files of tests that have passed in a root, so that the next run goes on where an interrupted one stopped. */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** A change of these begins the list anew. */
const SOURCES = /^(src|test|config|package-lock\.json)/;

/** A hash of what the tests of a run depend on: the files that git knows, and the options of the run. */
export function stateOf(files, options) {
  const hash = createHash('sha256').update(options);
  for (const file of files.filter((name) => SOURCES.test(name))) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

/** The list in the file `path`: a line with the state of the sources, then a line for each file of tests: its name, and how many passed. */
export function openPassed(path, state) {
  const [known, ...lines] = existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  if (known !== state) writeFileSync(path, `${state}\n`);
  const counts = new Map(
    (known === state ? lines : []).map((line) => {
      const [file, passed, skipped] = line.split(' ');
      return [file, { passed: Number(passed), skipped: Number(skipped) }];
    }),
  );
  return {
    path,
    counts,
    add: (file, { passed, skipped }) => {
      appendFileSync(path, `${file} ${passed} ${skipped}\n`);
    },
    remove: () => {
      rmSync(path, { force: true });
    },
  };
}

/** Files of tests that have passed in a root, so that the next run goes on where an interrupted one stopped. */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const IMPORT = /(?:from|import\(|new URL\()\s*'(?<target>\.[^']+)'/g;
/** A test with one of these words starts the program, so it depends on all sources. */
const STARTS_PROGRAM = /dist\/|execPath|spawn\(/;
/** What any test may read; the core of the kernel is built from its sources. */
const DATA = /^(?:src\/kernel\/|test\/vectors\/|package-lock\.json$)/;
/** The tests of these floors read the examples and schemas too. */
const READS_CONFIG = /^test\/(?:io|config|cli|app)\//;
/** `test/nn/` of a test of that floor; `test/` of one that belongs to none. */
const FLOOR = /^test\/(?:[^/]+\/)?/;
const SOURCE = /^(?:src|test)\/.*\.ts$/;

/**
 * Returns the state of a file of tests: a hash of what its result depends on, which are the files that it imports, directly or not, the
 * data of all tests and of its floor, and `options`. `files`: those of the repository, under `root`.
 */
export function statesOf(files, options, root = '.') {
  const texts = new Map();
  const textOf = (file) => {
    if (!texts.has(file)) texts.set(file, readFileSync(join(root, file)));
    return texts.get(file);
  };
  const sources = files.filter((file) => SOURCE.test(file));
  const dataOf = (test) => {
    const own = FLOOR.exec(test)[0];
    const isData = (file) => DATA.test(file) || (file.startsWith(own) && !file.endsWith('.ts'));
    return files.filter((file) => isData(file) || (READS_CONFIG.test(test) && file.startsWith('config/')));
  };
  const known = new Set(sources);
  const importedBy = (file) =>
    [...textOf(file).toString().matchAll(IMPORT)]
      .map(({ groups }) => join(file, '..', groups.target))
      .filter((target) => known.has(target));
  const allOf = (file) => {
    const found = new Set([file]);
    for (const each of found) for (const target of importedBy(each)) found.add(target);
    const startsProgram = [...found].some(
      (each) => each.startsWith('test/') && STARTS_PROGRAM.test(textOf(each).toString()),
    );
    return startsProgram ? sources : [...found].sort();
  };
  /** Null for a file that is not there any more. */
  return (file) => {
    if (!known.has(file)) return null;
    const hash = createHash('sha256').update(options);
    for (const each of [...dataOf(file), ...allOf(file)]) hash.update(`\0${each}\0`).update(textOf(each));
    return hash.digest('hex');
  };
}

/** The list in the file `path`: a line for each file of tests that has passed, with how many did, and with its state then. */
export function openPassed(path, stateOf) {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  const counts = new Map(
    lines
      .map((line) => line.split(' '))
      .filter(([file, , , state]) => stateOf(file) === state)
      .map(([file, passed, skipped]) => [file, { passed: Number(passed), skipped: Number(skipped) }]),
  );
  return {
    path,
    counts,
    add: (file, { passed, skipped }) => {
      appendFileSync(path, `${file} ${passed} ${skipped} ${stateOf(file)}\n`);
    },
    remove: () => {
      rmSync(path, { force: true });
    },
  };
}

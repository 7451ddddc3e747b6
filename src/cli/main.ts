#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { AppError } from '../errors.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { isJournal, PRIORITY, withPriority } from './terminal/journal.ts';
import { plainLines } from './terminal/plain.ts';
import { buildProgram } from './program.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The exit code of the command, set when it ends. */
let exitCode: number = EXIT.ok;
const program = buildProgram({
  version,
  exits: (code) => {
    exitCode = code;
  },
});

/** Prints why the command failed on stderr; in the journal with the priority of an error. */
const fail = (text: string): void => {
  console.error(isJournal() ? withPriority(text, PRIORITY.error) : text);
};

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else if (error instanceof AppError) {
    fail(plainLines(error.message));
    exitCode = exitCodeOf(error.code);
  } else {
    fail(plainLines(inspect(error)));
    exitCode = EXIT.failure;
  }
}
process.exitCode = exitCode;

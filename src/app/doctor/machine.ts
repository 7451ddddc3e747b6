import { readFileSync } from 'node:fs';
import { cpus, freemem, totalmem } from 'node:os';
import { requireSqlite } from '../../io/sqlite/database.ts';
import { examineJournal } from './journald.ts';
import { ok, problems, sizeText, warning, type Finding } from './finding.ts';

/** With less free memory a machine begins to swap at the start of the service: Node alone needs about as much. */
const LITTLE_MEMORY = 64 * 2 ** 20;

/** Program, processor, SQLite and memory. */
export function* examineMachine(version: string): Generator<Finding> {
  const part = 'machine';
  const { platform, arch } = process;
  const versions = { zankyo: version, node: process.versions.node, platform, arch };
  yield ok({ part, about: 'program' }, `zankyo ${version} on Node ${versions.node}, ${platform} ${arch}.`, versions);

  const model = machineName();
  const cores = cpus().length;
  const count = cores === 1 ? '1 core' : `${cores} cores`;
  yield ok({ part, about: 'processor' }, `${model}, ${count}.`, { model, cores });

  yield* examineSqlite();

  const memory = { freeBytes: freemem(), totalBytes: totalmem() };
  const text = `${sizeText(memory.freeBytes)} of ${sizeText(memory.totalBytes)} are free`;
  yield memory.freeBytes < LITTLE_MEMORY
    ? warning({ part, about: 'memory' }, `${text}: too little to start the service.`, memory)
    : ok({ part, about: 'memory' }, `${text}.`, memory);

  yield* examineJournal();
}

/** Whether the compiled part of SQLite can be loaded, which an install without scripts leaves out. */
function* examineSqlite(): Generator<Finding> {
  const place = { part: 'machine', about: 'SQLite' } as const;
  try {
    requireSqlite();
    yield ok(place, 'The compiled addon of better-sqlite3 works.');
  } catch (error) {
    yield* problems(place, error);
  }
}

/** The name of the board, or else of the processor. */
export const machineName = (): string =>
  ([boardModel(), cpus()[0]?.model].find((name) => name && name !== 'unknown') ?? 'Unknown processor').trim();

/** The name of a board computer; Node finds no name for ARM processors. */
function boardModel(): string | null {
  try {
    return readFileSync('/proc/device-tree/model', 'utf8').replace(/\0/g, '');
  } catch {
    return null;
  }
}

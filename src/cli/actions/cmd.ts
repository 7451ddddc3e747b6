import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration } from '../../config/duration.ts';
import { isRefused } from '../../app/commands/refusals.ts';
import { parseRequest } from '../../app/commands/request.ts';
import type { Reply } from '../../app/commands/reply.ts';
import { AppError } from '../../errors.ts';
import { CommandLog, type StoredCommand } from '../../io/sqlite/tables/command-log.ts';
import { openDatabase } from '../../io/sqlite/database.ts';
import { failureOf } from '../../io/sqlite/failure.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonLine, minute, table } from '../terminal/format.ts';
import { plain } from '../terminal/plain.ts';
import { readDatabase, type DatabaseOptions } from '../read-database.ts';
import { timeOf } from '../time-option.ts';
import { loadServiceSite } from '../service-site.ts';

export interface CmdOptions {
  readonly config: string;
  readonly event?: string;
  readonly for?: string;
  readonly from?: string;
  readonly until?: string;
  readonly since?: string;
  readonly value?: string;
  readonly id?: string;
  readonly note?: string;
  readonly wait: string;
  readonly json: boolean;
}

const POLL_MS = 50;

/**
 * `zankyo cmd COMMAND [SERIES]`: writes the command into the database of the service, which carries it out and writes the answer
 * there. `target`: the series or group; for undo the id of the command to undo.
 */
export async function cmd(command: string, target: string | undefined, options: CmdOptions): Promise<number> {
  const site = loadServiceSite(options.config);
  if (command === 'undo' && target === undefined)
    throw new AppError('usage', 'undo: give the id of the command; zankyo commands lists the ids');
  const id = options.id ?? `cli-${Date.now().toString(36)}-${randomBytes(3).toString('hex')}`;
  const by = whoAsks();
  const now = Date.now();
  const time = (option: 'from' | 'until' | 'since'): string | undefined => {
    const text = options[option];
    return text === undefined ? undefined : new Date(timeOf(text, `--${option}`, now)).toISOString();
  };
  const request = JSON.stringify({
    id,
    command,
    site: site.site,
    ...(command === 'undo' ? { of: target } : { series: target }),
    event: options.event,
    for: options.for,
    from: time('from'),
    until: time('until'),
    since: time('since'),
    value: valueOf(options.value),
    by,
    note: options.note,
  });
  const parsed = parseRequest(new TextEncoder().encode(request), site.site, null);
  if (isRefused(parsed)) throw new AppError('usage', parsed.text);
  const waitMs = durationOf(options.wait);

  const db = openDatabase(site.database, { existing: true });
  try {
    const log = new CommandLog(db);
    await enqueue(log, { id, at: Date.now(), by, request });
    const stored = await settled(log, id, waitMs);
    return show(stored, options.json);
  } finally {
    db.close();
  }
}

/** Adds the row; waits for a moment where the service is writing. */
async function enqueue(log: CommandLog, row: Parameters<CommandLog['enqueue']>[0]): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      if (log.enqueue(row)) return;
      throw new AppError('usage', '100 commands wait for the service: start it, so that it carries them out');
    } catch (error) {
      if (failureOf(error) === 'busy' && attempt < 50) {
        await sleep(POLL_MS);
        continue;
      }
      const { code } = error as { readonly code?: string };
      if (code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error;
      if (log.stored(row.id)?.request === row.request) return; // the same command again: its answer is there
      throw new AppError('usage', `--id ${row.id}: another command had this id`);
    }
  }
}

async function settled(log: CommandLog, id: string, waitMs: number): Promise<StoredCommand> {
  const until = Date.now() + waitMs;
  for (;;) {
    const stored = log.stored(id)!;
    if (stored.status !== 'waiting' || Date.now() >= until) return stored;
    await sleep(POLL_MS);
  }
}

function show({ id, status, reply, request }: StoredCommand, json: boolean): number {
  if (status === 'waiting') {
    const text = 'The service has not answered yet; it carries the command out as soon as it runs.';
    if (json) console.log(jsonLine({ id, status, request: JSON.parse(request) as unknown, text }));
    else console.error(`${text} Its id is ${id ?? ''}.`);
    return EXIT.waiting;
  }
  const answer = JSON.parse(reply!) as Reply;
  if (json) console.log(jsonLine(answer));
  else if (status === 'done')
    console.log(plain(answer.text) + (answer.undo ? ` (zankyo cmd undo ${plain(answer.id ?? '')})` : ''));
  else console.error(`Refused, ${plain(answer.code ?? '')}: ${plain(answer.text)}`);
  return status === 'done' ? EXIT.ok : EXIT.refused;
}

/** The user, also behind sudo. It is for the record: every user who may write the database may command. */
function whoAsks(): string {
  const { SUDO_USER } = process.env;
  try {
    return (SUDO_USER ?? userInfo().username).slice(0, 64);
  } catch {
    return 'unknown'; // a user without an entry, as in a container
  }
}

/** A number, null for that of the site file, or the text, which the check of the request then refuses. */
function valueOf(text: string | undefined): string | number | null | undefined {
  if (text === undefined) return undefined;
  if (text === 'site') return null;
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? text : value;
}

function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new AppError('usage', `--wait ${text}: expected a duration such as 10s`, { cause });
  }
}

export interface CommandsOptions extends DatabaseOptions {
  readonly limit: number;
  readonly json: boolean;
}

/** `zankyo commands`: lists the stored commands, newest first. Only reads; the service may be running. */
export function commands({ limit, json, ...options }: CommandsOptions): number {
  return readDatabase(options, (db, calendar) => {
    const found = new CommandLog(db).list(limit);
    if (json)
      for (const { reply, ...command } of found) console.log(jsonLine({ ...command, reply: parsedOrNull(reply) }));
    else if (found.length === 0) console.log('No commands.');
    else {
      const rows = found.map(({ at, id, by, source, command, series, status, code, undoneBy, reply }) => [
        minute(at, calendar),
        by ?? source,
        command ?? '–',
        series ?? '–',
        undoneBy !== null ? 'undone' : (code ?? status),
        id ?? '–',
        (parsedOrNull(reply) as Reply | null)?.text ?? '',
      ]);
      console.log(table(['time', 'by', 'command', 'series', 'result', 'id', 'answer'], rows, []));
    }
    return EXIT.ok;
  });
}

const parsedOrNull = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

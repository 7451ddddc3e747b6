import { setTimeout as sleep } from 'node:timers/promises';
import { storeCommand } from '../../../io/hub/commands.ts';
import { learnedFile } from '../../../io/hub/learned.ts';
import { partsOf } from '../../../io/mqtt/learned/chunk.ts';
import type { SqlDatabase } from '../../../stream/ports/sql.ts';
import type { HubCommands } from '../commands.ts';
import type { Choice } from './choose.ts';
import type { Transfer } from './transfer.ts';

/** A site answers when it has all parts of a file; it waits 30 s for a part itself. */
const ANSWER_MS = 45_000;
/** A site carries out one command a second, after a burst. */
const PACE_MS = 1_100;

export interface SenderOptions {
  readonly db: SqlDatabase;
  readonly commands: Pick<HubCommands, 'answer'>;
  /** Publishes a part to the site; resolves when the broker has it. */
  readonly publish: (payload: string) => Promise<void>;
  readonly now: () => number;
  readonly onTaken: () => void;
  readonly onRefused: (reason: 'refused_by_site' | 'no_answer') => void;
}

/** Sends a file to each stream of a site, one after the other: the next one when the site has answered. */
export async function sendAll(
  transfer: Transfer,
  choices: readonly Choice[],
  { by, replace }: { readonly by: string; readonly replace: boolean },
  options: SenderOptions,
): Promise<void> {
  const { id, site, streams } = transfer;
  const { db, commands, publish, now, onTaken, onRefused } = options;
  /** Asked again after each wait. */
  const isOver = (): boolean => transfer.ended;
  let silent = false;
  for (const [n, { stream, donor }] of choices.entries()) {
    if (isOver()) return;
    const from = donor === null ? null : `${donor.site}/${donor.stream}`;
    const content = donor === null ? undefined : await learnedFile(db, donor);
    if (content === undefined || silent) {
      const text = silent ? 'not sent: the site did not answer' : 'no state of such a stream is stored';
      streams.push({ stream, from, done: false, text });
      continue;
    }
    const own = `${id}-${n + 1}`;
    await storeCommand(db, { id: own, site, series: stream, command: 'import', sender: by, at: now() });
    const pace = sleep(PACE_MS, undefined, { ref: false });
    const answer = commands.answer(own, ANSWER_MS);
    for (const part of partsOf(content)) {
      if (isOver()) return;
      await publish(JSON.stringify({ schema: 1, id: own, series: stream, ...part, by, replace }));
    }
    const reply = await answer;
    const done = reply?.status === 'done';
    if (done) onTaken();
    else onRefused(reply === null ? 'no_answer' : 'refused_by_site');
    silent = reply === null;
    streams.push({ stream, from, done, text: reply?.text ?? 'the site has not answered' });
    await pace;
  }
}

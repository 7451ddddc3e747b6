import { randomBytes } from 'node:crypto';
import { storeCommand } from '../../io/hub/commands.ts';
import { siteStatus } from '../../io/hub/sites.ts';
import { firstMistake } from '../../io/mqtt/request-fields.ts';
import type { SqlDatabase } from '../../stream/ports/sql.ts';
import { commandSchema } from '../commands/request.ts';
import type { HubCommandReply } from '../dashboard/contract/hub.ts';

/** A page waits so long for the answer of a site. */
const ANSWER_MS = 10_000;
/** Commands whose answer a page waits for. */
const MAX_WAITING = 64;

export interface HubCommandsOptions {
  readonly db: SqlDatabase;
  readonly prefix: string;
  readonly isConnected: () => boolean;
  readonly publish: (topic: string, payload: string) => void;
  readonly now: () => number;
}

export interface ReplyOfSite {
  readonly id: string | null;
  readonly status: 'done' | 'refused';
  readonly text: string;
}

/** Sends commands to sites: stored first, then published to `<prefix>/<site>/cmd`, and the answer is that of the site. */
export class HubCommands {
  private readonly options: HubCommandsOptions;
  private readonly waiting = new Map<string, (reply: ReplyOfSite | null) => void>();

  constructor(options: HubCommandsOptions) {
    this.options = options;
  }

  /** `body`: a command as in docs/commands.md, with the site and the name of who asks. A string: why it is not sent. */
  async send(
    site: string,
    body: Readonly<Record<string, unknown>>,
    id = `hub-${randomBytes(8).toString('hex')}`,
  ): Promise<HubCommandReply | string> {
    const { db, prefix, isConnected, publish, now } = this.options;
    const request = { ...body, schema: 1, id, site };
    const read = commandSchema.safeParse(request);
    if (!read.success) return firstMistake(read.error, 'command');
    const { command, by, series = null } = read.data;
    if (by === undefined || by.trim() === '') return 'Who asks? Give a name in "by": it is stored with the command.';
    const known = await siteStatus(db, site);
    if (known === undefined) return `This hub has no site ${site}.`;
    if (!isConnected()) return 'The hub has no connection to the broker, so the command was not sent.';
    if (this.waiting.size >= MAX_WAITING) return 'Too many commands wait for an answer. Try again in 10 s.';
    await storeCommand(db, { id, site, series, command, sender: by, at: now() });
    const answer = this.answer(id, ANSWER_MS);
    publish(`${prefix}/${site}/cmd`, JSON.stringify(request));
    return { id, ...((await answer) ?? { status: 'pending', text: lateText(site, known.status) }) };
  }

  /** An answer of a site, which is stored already. */
  replied(reply: ReplyOfSite): void {
    if (reply.id !== null) this.waiting.get(reply.id)?.(reply);
  }

  /** The answer to the command with this id; null where none comes in this time. */
  answer(id: string, ms: number): Promise<Omit<ReplyOfSite, 'id'> | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.waiting.get(id)?.(null), ms);
      timer.unref();
      this.waiting.set(id, (reply) => {
        clearTimeout(timer);
        this.waiting.delete(id);
        resolve(reply && { status: reply.status, text: reply.text });
      });
    });
  }
}

const lateText = (site: string, status: string | null): string =>
  status === 'offline'
    ? `${site} is offline: it gets the command when it is back.`
    : `${site} has not answered within 10 s. Check that commands.mqtt is true there, and that its broker gets the commands.`;

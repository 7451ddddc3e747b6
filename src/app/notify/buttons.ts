import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Subject } from 'rxjs';
import type { NotifyTarget } from '../../config/schema/notify.ts';
import type { Site } from '../../config/schema/site.ts';
import type { Button } from '../../io/notify/delivery.ts';
import type { ReadMark } from '../../io/notify/ntfy-replies.ts';
import type { NotificationTable } from '../../io/sqlite/tables/notification-table.ts';
import type { Log } from '../../log.ts';
import type { Notification } from '../../stream/ports/notification.ts';
import type { CommandRequest, LedgerPort } from '../../stream/ports/ports.ts';
import type { Reply } from '../commands/reply.ts';

/** Rows of `notify_state`: the key, of no target, and the last message that was read from a reply topic. */
const NO_TARGET = '';
const KEY = 'key';
const READ = 'replies';

const BUTTONS = [
  ['Normal', 'normal'],
  ['Fault', 'fault'],
] as const;

export interface ButtonsOptions {
  readonly site: Pick<Site, 'site' | 'notify'>;
  readonly table: NotificationTable;
  readonly ledger: Pick<LedgerPort, 'write'>;
  readonly now: () => number;
  /** Sends the answer of a command to the target whose button was pressed. */
  readonly answer: (target: string, title: string, text: string) => void;
  readonly log: Log;
  readonly retryMs?: number;
}

/**
 * Buttons under a message of ntfy, and what follows when one is pressed. The phone publishes the text of the button to the reply
 * topic, which zankyo reads: no port is open. The text has a code that only zankyo can make, from a key in its database, for this
 * command and this alarm alone; so a client that knows the reply topic can repeat a button and nothing else.
 */
export class Buttons {
  /** Commands of buttons that were pressed. */
  readonly requests$ = new Subject<CommandRequest>();
  private readonly options: ButtonsOptions;
  private readonly targets: readonly (readonly [string, NotifyTarget])[];
  private key: Buffer | null = null;
  private readonly ends: (() => void)[] = [];
  private stopped = false;
  private foreign = false;

  constructor(options: ButtonsOptions) {
    this.options = options;
    this.targets = Object.entries(options.site.notify).filter(([, { replies }]) => replies !== undefined);
  }

  /** Begins to read the reply topics; nothing is loaded where there are none. */
  start(): void {
    if (this.targets.length > 0)
      void this.read().catch((error: unknown) => {
        this.options.log('error', { err: error }, 'internal error: answers from buttons are not read');
      });
  }

  stop(): void {
    this.stopped = true;
    for (const end of this.ends) end();
  }

  readonly under = ({ replies }: NotifyTarget, { event, alarm }: Notification): readonly Button[] =>
    replies === undefined || alarm === null || (event !== 'opened' && event !== 'updated')
      ? []
      : BUTTONS.map(([label, command]) => ({ label, body: `${command} ${alarm} ${this.code(command, alarm)}` }));

  /** The command of a button; null for a text that no button of this site has. */
  commandIn(text: string): { readonly command: string; readonly event: string } | null {
    const [command = '', event = '', code = '', ...more] = text.split(' ');
    const known = BUTTONS.some(([, name]) => name === command);
    if (!known || more.length > 0) return null;
    const [given, right] = [Buffer.from(code), Buffer.from(this.code(command, event))];
    return given.length === right.length && timingSafeEqual(given, right) ? { command, event } : null;
  }

  private async read(): Promise<void> {
    const { readReplies } = await import('../../io/notify/ntfy-replies.ts');
    if (this.isStopped()) return;
    const { log, retryMs } = this.options;
    for (const [name, target] of this.targets) {
      const end = readReplies({
        name,
        origin: new URL(target.url ?? '').origin,
        topic: target.replies!,
        token: target.token,
        since: this.readMark(name),
        onMessage: (text, mark) => {
          this.pressed(name, text, mark);
        },
        log,
        ...(retryMs === undefined ? {} : { retryMs }),
      });
      this.ends.push(end);
    }
  }

  private isStopped(): boolean {
    return this.stopped;
  }

  private pressed(target: string, text: string, mark: ReadMark): void {
    const { table, ledger, now, answer, log, site } = this.options;
    const found = this.commandIn(text);
    if (found === null) {
      if (!this.foreign)
        log('warn', { target }, `${target}: a message on the reply topic is not from a button of this site`);
      this.foreign = true; // a flood of them is one line
      return;
    }
    ledger.write(() => {
      table.setState(target, READ, JSON.stringify(mark));
    });
    const command = { id: `ntfy-${mark.id}`.slice(0, 64), ...found, site: site.site, by: `button of ${target}` };
    this.requests$.next({
      at: now(),
      source: 'ntfy',
      series: null,
      payload: new TextEncoder().encode(JSON.stringify(command)),
      message: null,
      row: null,
      reply: (payload) => {
        const { status, text } = JSON.parse(payload) as Reply;
        answer(target, status === 'done' ? `Done: ${found.command}` : `Refused: ${found.command}`, text);
      },
    });
  }

  /** Where reading goes on: behind the last message, or from now on. */
  private readMark(target: string): ReadMark {
    const { table, now } = this.options;
    const stored = table.state(target, READ);
    if (stored !== null) return JSON.parse(stored) as ReadMark;
    return { time: Math.floor(now() / 1000), id: '' };
  }

  private code(command: string, event: string): string {
    this.key ??= this.loadKey();
    return createHmac('sha256', this.key).update(`${command} ${event}`).digest('base64url').slice(0, 22);
  }

  private loadKey(): Buffer {
    const { table, ledger } = this.options;
    const stored = table.state(NO_TARGET, KEY);
    if (stored !== null) return Buffer.from(stored, 'hex');
    const key = randomBytes(32);
    ledger.write(
      () => {
        table.setState(NO_TARGET, KEY, key.toString('hex'));
      },
      undefined,
      true,
    );
    return key;
  }
}

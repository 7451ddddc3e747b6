import { randomBytes } from 'node:crypto';
import type { AssetClass } from '../../../config/hub/hub-schema.ts';
import { allLearned, endTransfers, learnedOf, learnedSites, transfersOf } from '../../../io/hub/learned.ts';
import { listedSeries } from '../../../io/hub/lists.ts';
import { siteStatus } from '../../../io/hub/sites.ts';
import { learnedSchema, MAX_FILES, readPart } from '../../../io/mqtt/learned/chunk.ts';
import type { Log } from '../../../log.ts';
import { compileGlobs } from '../../../stream/names/glob.ts';
import type { Message, Receipt } from '../../../stream/message.ts';
import type { SqlDatabase } from '../../../stream/ports/sql.ts';
import type { HubLearnedBody, HubTransferReply, HubTransferredStream } from '../../dashboard/contract/hub.ts';
import type { HubCommands } from '../commands.ts';
import { choose } from './choose.ts';
import { NOT_STORED, Receiver, type NotStored } from './receiver.ts';
import type { TransferRequest } from './requests.ts';
import type { RoomLimits } from './room.ts';
import { sendAll } from './sender.ts';
import { Transfer } from './transfer.ts';

/** A request ends without success when nothing has come for this time. */
const IDLE_MS = 60_000;
/** Requests at one time, of different sites: each has one file of at most 4 MiB in memory. */
const MAX_RUNNING = 8;
/** Sites in the list of those that have learned. */
const MAX_SITES = 1_000;
const DATABASE_FAILED = 'The database of the hub failed meanwhile. Ask again.';

export type LearnedRefusal = NotStored | 'unexpected' | 'refused_by_site' | 'no_answer';

export interface HubTransfersOptions {
  readonly db: SqlDatabase;
  readonly prefix: string;
  readonly commands: HubCommands;
  readonly classes: readonly AssetClass[];
  readonly limits: RoomLimits;
  readonly isConnected: () => boolean;
  readonly publish: (topic: string, payload: string, onSettled: () => void) => void;
  readonly acknowledge: (receipts: readonly Receipt[]) => void;
  readonly now: () => number;
  readonly log: Log;
}

/** Fetches what sites have learned, stores it, and sends it to others. One request of a site runs at a time. */
export class HubTransfers {
  /** States that are stored, and states that sites have taken, since the start. */
  stored = 0;
  taken = 0;
  readonly refused: Partial<Record<LearnedRefusal, number>> = {};
  private readonly options: HubTransfersOptions;
  private readonly running = new Map<string, { readonly transfer: Transfer; readonly receiver: Receiver | null }>();
  private readonly topicPattern: RegExp;

  constructor(options: HubTransfersOptions) {
    this.options = options;
    this.topicPattern = new RegExp(`^${escaped(options.prefix)}/([a-z0-9][a-z0-9_-]{0,127})/learned$`);
  }

  get count(): number {
    return this.running.size;
  }

  /** Call before the first message. */
  begin(): Promise<void> {
    const { db, now } = this.options;
    return endTransfers(db, 'The hub was restarted meanwhile. Ask again.', now());
  }

  /** Whether a topic has parts of files. */
  accepts(topic: string): boolean {
    return this.topicPattern.test(topic);
  }

  /** A part of a file. It is acknowledged in any case: of a file that does not become whole nothing is stored. */
  async receive({ topic, payload, receipt }: Message): Promise<void> {
    const site = this.topicPattern.exec(topic)![1];
    const run = this.running.get(site);
    const part = readPart(learnedSchema, payload);
    try {
      if (part === null) this.refuse('part_wrong', { site });
      else if (run?.receiver == null || run.transfer.id !== part.id) this.refuse('unexpected', { site, id: part.id });
      else {
        this.expectMore(run.transfer, run.receiver);
        await run.receiver.take(part);
      }
    } finally {
      if (receipt !== undefined) this.options.acknowledge([receipt]);
    }
  }

  /** A string: why it does not begin. */
  async start(site: string, request: TransferRequest): Promise<HubTransferReply | string> {
    const { db, isConnected, now } = this.options;
    const known = await siteStatus(db, site);
    if (known === undefined) return `This hub has no site ${site}.`;
    if (known.status === 'offline') return `${site} is offline. Ask again when it is back.`;
    if (!isConnected()) return 'The hub has no connection to the broker.';
    if (this.running.has(site)) return `Another transfer with ${site} is running. Ask again when it is done.`;
    if (this.running.size >= MAX_RUNNING) return `${MAX_RUNNING} transfers are running. Ask again when one is done.`;
    const transfer = new Transfer(
      db,
      { id: `hub-${randomBytes(8).toString('hex')}`, site, direction: request.do, sender: request.by, at: now() },
      () => {
        this.running.delete(site);
      },
    );
    try {
      return await (request.do === 'fetch' ? this.fetch(transfer, request) : this.send(transfer, request));
    } catch (error) {
      this.settle(transfer, DATABASE_FAILED, 'failed');
      throw error;
    }
  }

  /** The states that are stored of a site, and its last requests. */
  async bodyOf(site: string, canCommand: boolean): Promise<HubLearnedBody> {
    const { db } = this.options;
    const rows = await learnedOf(db, site);
    const running = this.running.get(site)?.transfer;
    return {
      stored: rows.map(({ stream, samples, at, stored_at, size }) => ({
        stream,
        samples,
        at,
        storedAt: stored_at,
        size,
      })),
      transfers: (await transfersOf(db, site)).map(({ id, direction, sender, at, status, text, streams }) => ({
        ...{ id, direction, sender, at, status, text },
        streams: id === running?.id ? running.streams : (JSON.parse(streams) as readonly HubTransferredStream[]),
      })),
      sites: await learnedSites(db, MAX_SITES),
      canCommand,
    };
  }

  stop(): void {
    for (const { transfer } of this.running.values()) transfer.cancel();
  }

  private async fetch(transfer: Transfer, { by, streams }: TransferRequest): Promise<HubTransferReply | string> {
    const { db, limits, commands, now } = this.options;
    const { site, id } = transfer;
    const receiver = new Receiver(transfer, {
      db,
      limits,
      now,
      onFile: (stream, problem) => {
        if (problem === null) this.stored++;
        else this.refuse(problem, { site, stream });
        transfer.streams.push({
          ...{ stream, from: null, done: problem === null },
          text: problem === null ? 'stored' : NOT_STORED[problem],
        });
      },
      onLast: () => {
        this.settle(transfer, `${transfer.done} of ${transfer.streams.length} streams are stored.`);
      },
    });
    this.running.set(site, { transfer, receiver });
    await transfer.begin();
    this.expectMore(transfer, receiver);
    const reply = await commands.send(site, { command: 'export', by, streams }, id);
    if (typeof reply === 'string') await transfer.end('failed', reply, now());
    else if (reply.status === 'refused') await transfer.end('failed', `${site}: ${reply.text}`, now());
    return {
      id,
      status: transfer.status,
      text: transfer.ended ? transfer.text : typeof reply === 'string' ? reply : reply.text,
    };
  }

  private expectMore(transfer: Transfer, receiver: Receiver): void {
    transfer.expect(IDLE_MS, () => {
      receiver.stop();
      this.settle(
        transfer,
        `${transfer.site} has sent nothing more for ${IDLE_MS / 1000} s. Stored streams: ${transfer.done}. Was the site restarted? Ask again.`,
        'failed',
      );
    });
  }

  private async send(
    transfer: Transfer,
    { by, streams, ...more }: Extract<TransferRequest, { do: 'send' }>,
  ): Promise<HubTransferReply | string> {
    const { db, prefix, classes, commands, publish, now, log } = this.options;
    const { site, id } = transfer;
    this.running.set(site, { transfer, receiver: null });
    const matches = compileGlobs([...streams, ...Object.keys(more.map)]);
    const wanted = (await listedSeries(db, site)).map(({ slug }) => slug).filter(matches);
    const choices = choose({ site, streams: wanted, ...more }, await allLearned(db), classes);
    const found = choices.filter(({ donor }) => donor !== null).length;
    if (found === 0 || choices.length > MAX_FILES) {
      transfer.cancel();
      this.running.delete(site);
      return found === 0
        ? `No stored state fits a stream of ${site}: fetch the states of a site whose streams have the same names, or give a map.`
        : `These are ${choices.length} streams; ${MAX_FILES} can be sent at once. Name fewer streams.`;
    }
    await transfer.begin();
    const sending = sendAll(
      transfer,
      choices,
      { by, replace: more.replace },
      {
        ...{ db, commands, now },
        publish: (payload) =>
          new Promise((resolve) => {
            publish(`${prefix}/${site}/cmd/import`, payload, resolve);
          }),
        onTaken: () => {
          this.taken++;
        },
        onRefused: (reason) => {
          this.refuse(reason, { site });
        },
      },
    );
    sending.then(
      () => {
        const text = `${transfer.done} of ${choices.length} streams of ${site} use the states that were sent.`;
        this.settle(transfer, text, transfer.done > 0 ? 'done' : 'failed');
      },
      (error: unknown) => {
        log('error', { err: error, site }, 'learned states could not be sent');
        this.settle(transfer, DATABASE_FAILED, 'failed');
      },
    );
    return { id, status: 'running', text: `Sends ${found} of ${choices.length} streams to ${site}.` };
  }

  private settle(transfer: Transfer, text: string, status: 'done' | 'failed' = 'done'): void {
    const { now, log } = this.options;
    if (transfer.ended) return;
    const { id, site, direction } = transfer;
    log(status === 'done' ? 'info' : 'warn', { id, site, direction }, `learned states: ${text}`);
    transfer.end(status, text, now()).catch((error: unknown) => {
      log('error', { err: error, site }, 'the end of a transfer could not be stored');
    });
  }

  private refuse(reason: LearnedRefusal, fields: object): void {
    const count = (this.refused[reason] ?? 0) + 1;
    this.refused[reason] = count;
    // The first of each reason, then every thousandth: a broken site must not fill the disk with lines.
    if (count % 1000 === 1) this.options.log('warn', { ...fields, reason, count }, 'a learned state was refused');
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

import type { Log } from '../../log.ts';
import type { CommandRecord, CommandRequest } from '../../stream/ports/ports.ts';
import type { Stream } from '../pipeline/stream.ts';
import { execute } from './executor.ts';
import { RateLimit } from './rate-limit.ts';
import { isRefused, refuse, type Refused } from './refusals.ts';
import { parseRequest, type Command, type Parsed, type Unparsed } from './request.ts';
import { replyTo } from './reply.ts';
import type { CommandWorld, Done } from './world.ts';

/** Commands over MQTT that are carried out at once; then one a second. The dashboard has a limit of its own. */
const BURST = 20;
const EVERY_MS = 1_000;
const RATED: readonly CommandRequest['source'][] = ['mqtt', 'ntfy'];
/** Commands that wait for their transaction. While the database fails, further ones are refused. */
const MAX_WAITING = 64;
/** Refusals beyond the rate: one is stored and answered in this time, the others are counted. */
const FLOOD_MS = 60_000;
/** Characters of a request that could not be read, as stored. */
const STORED_CHARACTERS = 256;

export interface DeskOptions extends CommandWorld {
  readonly appLog: Log;
  /** Called after a command has changed streams. */
  readonly onChanged: (monitors: readonly Stream[], at: number) => void;
  /** Commands by outcome, to add to. */
  readonly counts?: Record<CommandRecord['status'], number>;
}

interface Waiting {
  readonly text: string;
  readonly row: number | null;
  readonly replies: CommandRequest['reply'][];
}

/**
 * The one way of commands, from MQTT, the command line, buttons and the dashboard: admits a request, has it carried out, and stores and
 * answers it. Answer, record and journal entry are in one transaction, and the answer is published after it: what was acknowledged
 * holds, and a request that comes again gets the same answer.
 */
export class CommandDesk {
  private readonly options: DeskOptions;
  private readonly rate = new RateLimit(BURST, EVERY_MS);
  private readonly waiting = new Map<string, Waiting>();
  private readonly flood = { since: -Infinity, count: 0 };
  private made = 0;

  constructor(options: DeskOptions) {
    this.options = options;
  }

  /** Carries out a request, or refuses it. `at`: now, epoch ms. */
  take(request: CommandRequest, at: number): void {
    if (!this.admit(request)) return;
    if (RATED.includes(request.source) && !this.rate.admits(request.at)) {
      this.refuseFlood(request, at);
      return;
    }
    this.endFlood(at);
    const parsed: Parsed | Unparsed =
      request.message?.retained === true
        ? { ...refuse('retained'), id: null }
        : parseRequest(request.payload, this.options.site, request.series);
    if (isRefused(parsed)) {
      this.settle(request, { id: parsed.id, stored: null, command: null, at }, parsed, beginningOf(request.payload));
      return;
    }
    if (request.refused !== undefined) {
      const { command, text } = parsed;
      this.settle(request, { id: command.id ?? null, stored: null, command, at }, refuse(request.refused), text);
      return;
    }
    this.carryOut(request, parsed, at);
  }

  /** Records the delivery of a QoS 1 message. False: its copy was processed before. */
  private admit({ message }: CommandRequest): boolean {
    const { ledger } = this.options;
    if (message === null) return true;
    const admitted = ledger.admit(message);
    if (admitted) ledger.recordReadings(0, [], () => ({ input: 0, field: 0 }));
    return admitted;
  }

  private carryOut(request: CommandRequest, { command, text }: Parsed, at: number): void {
    const id = command.id ?? this.newId(request);
    const asked = { id, stored: id, command, at };
    if (this.repeats(request, id, text, asked)) return;
    if (this.waiting.size >= MAX_WAITING) {
      this.settle(request, { ...asked, stored: null }, refuse('busy'), text);
      return;
    }
    let result: Done | Refused;
    try {
      result = execute(this.options, command, { id, at, file: request.file });
    } catch (error) {
      this.options.appLog('error', { err: error, command: command.command }, 'internal error: a command failed');
      result = refuse('failed');
    }
    this.settle(request, asked, result, text);
    if (!isRefused(result)) this.options.onChanged(result.monitors, at);
  }

  /** Whether a request with this id came before: then it gets the answer of that one, or is refused if it asks for something else. */
  private repeats(request: CommandRequest, id: string, text: string, asked: Asked): boolean {
    const waiting = this.waiting.get(id);
    const before = waiting === undefined ? this.options.log.find(id) : null;
    const was = waiting?.text ?? before?.request;
    if (was === undefined && (request.row !== null || !this.options.log.isWaiting(id))) return false;
    if (request.row !== null && waiting?.row === request.row) return true; // the same row, read again
    if (was !== text) this.settle(request, { ...asked, stored: null }, refuse('id_used'), text);
    else if (before === null) waiting?.replies.push(request.reply);
    else request.reply(before.reply);
    return true;
  }

  /** Stores request and answer, and publishes the answer when both are on the disk. */
  private settle(
    request: CommandRequest,
    { id, stored, command, at }: Asked,
    result: Done | Refused,
    text: string,
  ): void {
    const { ledger, log, counts } = this.options;
    const done = isRefused(result) ? null : result;
    const series = done?.series ?? command?.series ?? request.series;
    const reply = replyTo({ id, command: command?.command ?? null, series, at }, result);
    const payload = JSON.stringify(reply);
    const record: CommandRecord = {
      row: request.row,
      id: stored,
      at,
      source: request.source,
      by: command?.by ?? null,
      command: reply.command,
      series,
      request: text,
      status: reply.status,
      code: reply.code,
      reply: payload,
      undo: done?.undo ? JSON.stringify(done.undo) : null,
    };
    if (counts !== undefined) counts[reply.status]++;
    const replies = [request.reply];
    if (stored !== null) this.waiting.set(stored, { text, row: request.row, replies });
    ledger.write(
      () => {
        for (const task of done?.tasks ?? []) task();
        log.record(record);
      },
      () => {
        if (stored !== null) this.waiting.delete(stored);
        for (const answer of replies) answer(payload);
      },
    );
    // Not urgent itself: an urgent write is answered even when it is not on the disk. This one only ends the wait.
    ledger.write(() => undefined, undefined, true);
    const fields = { id, command: reply.command, series, source: request.source, by: record.by };
    this.options.appLog('info', done === null ? { ...fields, code: reply.code } : fields, `command: ${result.text}`);
  }

  /** Beyond the rate, one refusal a minute is stored and answered, so that a flood causes no flood of answers and writes. */
  private refuseFlood(request: CommandRequest, at: number): void {
    const { flood } = this;
    if (at - flood.since < FLOOD_MS && at >= flood.since) {
      flood.count++;
      return;
    }
    this.endFlood(at);
    flood.since = at;
    flood.count = 1;
    this.settle(
      request,
      { id: null, stored: null, command: null, at },
      refuse('too_many'),
      beginningOf(request.payload),
    );
  }

  /** Stores how many commands a flood had, when its minute is over. */
  private endFlood(at: number): void {
    const { flood, options } = this;
    if (flood.count <= 1 || (at - flood.since < FLOOD_MS && at >= flood.since)) return;
    const text = `${flood.count} commands were refused in a minute: too many.`;
    flood.count = 0;
    const record = { row: null, id: null, at, source: 'mqtt', by: null, command: null, series: null } as const;
    const reply = replyTo({ id: null, command: null, series: null, at }, refuse('too_many', text));
    options.appLog('warn', { code: 'too_many' }, `command: ${text}`);
    options.ledger.write(() => {
      options.log.record({
        ...record,
        request: '',
        status: 'refused',
        code: 'too_many',
        reply: JSON.stringify(reply),
        undo: null,
      });
    });
  }

  /** An id for a request without one; the same time and number do not occur twice. */
  private newId({ at, seq = this.made++ }: CommandRequest): string {
    return `auto-${Math.round(at).toString(36)}-${seq.toString(36)}`;
  }
}

interface Asked {
  /** That of the answer. */
  readonly id: string | null;
  /** Under which the request is stored, so that a repeated one is recognised; null for one that may be asked again. */
  readonly stored: string | null;
  readonly command: Command | null;
  readonly at: number;
}

/** The beginning of a request that could not be read, as JSON text: control characters are escaped. */
const beginningOf = (payload: Uint8Array): string =>
  JSON.stringify(new TextDecoder().decode(payload.subarray(0, STORED_CHARACTERS)));

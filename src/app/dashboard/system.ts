import type { Site } from '../../config/schema/site.ts';
import type { AuditedCommand } from '../../io/sqlite/tables/audit.ts';
import type { StoredReject } from '../../io/sqlite/tables/quarantine-table.ts';
import { NOTES, REASONS, type Reason } from '../../stream/reject.ts';
import { phasesOf, type Sources } from '../health/figures.ts';
import { perDay } from '../card/written-day.ts';
import { cardYears } from '../card/wear.ts';
import { learningOf } from '../pipeline/load/overload-control.ts';
import type { AuditRow, QuarantinedMessage, RejectCount, SystemBody } from './contract/system.ts';

const MAX_INPUTS = 20;
/** JSON has no Infinity. */
const MAX_YEARS = 1000;
/** A window of rates is not shorter, however many pages ask. */
const WINDOW_MS = 2_000;

/** Empty for a reason of an older version. */
const sentenceOf = (reason: string): string => (Object.hasOwn(REASONS, reason) ? REASONS[reason as Reason] : '');

/** Processor time and readings over the time between two questions. */
export class Rates {
  /** Of the question before; NaN before the first, which begins a window and has no rate. */
  private before = { at: NaN, cpuMs: NaN, readings: NaN };
  private last: SystemBody['rates'] = { cpu: null, readings: null };

  /** `at`: on a clock that is never set, ms. */
  at(at: number, readings: number): SystemBody['rates'] {
    const { before } = this;
    const passedMs = at - before.at;
    if (passedMs < WINDOW_MS) return this.last;
    const { user, system } = process.cpuUsage();
    const cpuMs = (user + system) / 1000;
    if (passedMs >= WINDOW_MS)
      this.last = {
        cpu: (cpuMs - before.cpuMs) / passedMs,
        readings: (1000 * (readings - before.readings)) / passedMs,
      };
    this.before = { at, cpuMs, readings };
    return this.last;
  }
}

/** `quarantined`: rows in the quarantine. */
export function systemBody(sources: Sources, site: Site, rates: Rates, quarantined: number): SystemBody {
  const { broker, ledger, tallies } = sources;
  const view = sources.pipeline();
  const uptimeMs = sources.uptime();
  const { rss, heapUsed } = process.memoryUsage();
  const inputs = sources.topics().map((topic, i) => ({ topic, messages: view?.messages[i] ?? 0 }));
  const targets = sources.targets();
  const sum = (of: 'waiting' | 'dropped'): number => targets.reduce((all, target) => all + target[of], 0);
  const { count, ms } = ledger.commits;
  const day = sources.writtenDay();
  const aDay = day === null ? null : perDay(day);
  return {
    now: sources.now(),
    version: sources.version,
    uptimeMs,
    broker: { state: sources.connection(), url: site.mqtt.url, connections: broker.connections },
    inputs: inputs.toSorted((a, b) => b.messages - a.messages).slice(0, MAX_INPUTS),
    inputsBeyond: Math.max(0, inputs.length - MAX_INPUTS),
    queues: [
      { name: 'broker', waiting: broker.waiting, dropped: broker.dropped },
      { name: 'database', waiting: ledger.waitingWrites, dropped: ledger.droppedWrites },
      { name: 'notifications', waiting: sum('waiting'), dropped: sum('dropped') },
    ],
    commits: {
      count,
      meanMs: count === 0 ? null : ms / count,
      everyMs: site.commit.every,
      failingMs: ledger.failingSince === null ? null : Math.max(0, uptimeMs - ledger.failingSince),
    },
    disk: {
      database: sources.databaseBytes(),
      written: sources.writtenBytes(),
      perDay: aDay,
      perDayOverMs: day?.ms ?? null,
      cardYears: aDay === null ? null : Math.min(MAX_YEARS, cardYears(aDay)),
      limitPerDay: site.health.maxMegabytesPerDay * 1e6,
    },
    rates: rates.at(uptimeMs, tallies.readings),
    memory: { rss, heap: heapUsed },
    readings: tallies.readings,
    learning: learningOf(view?.load().learnEvery ?? 1),
    streams: phasesOf(view?.streams() ?? []),
    targets: targets.map(({ name, sent, failed, failingSince }) => ({ name, sent, failed, failingSince })),
    rejected: rejectsOf(tallies.rejected),
    quarantined: { rows: quarantined, limit: site.quarantine.rows },
  };
}

const rejectsOf = (counts: ReadonlyMap<string, number>): readonly RejectCount[] =>
  [...counts]
    .map(([reason, count]) => ({ reason, count, text: sentenceOf(reason), note: NOTES.has(reason) }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));

/** Bytes of a payload that a reject keeps (stream/reject.ts). */
const KEPT_BYTES = 64;
/** Anything but text: control characters other than those of lines, and characters that reorder text or have no meaning. */
const NO_TEXT = /(?![\t\n\r])[\p{Cc}\p{Bidi_Control}\p{Cn}\p{Co}]/u;

/** The payload as text where all of it is text, else as pairs of hexadecimal digits. */
export function quarantined({ id, at, topic, reason, payload }: StoredReject): QuarantinedMessage {
  const text = textOf(payload);
  return {
    ...{ id, at, topic, reason, text: sentenceOf(reason) },
    payload: text ?? [...payload].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
    form: text === null ? 'hex' : 'text',
    bytes: payload.length,
    cut: payload.length >= KEPT_BYTES,
  };
}

/** Null for bytes that are not text. The last character may have been cut off. */
function textOf(payload: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload, { stream: true });
    return NO_TEXT.test(text) ? null : text;
  } catch {
    return null;
  }
}

/** Keys of a request that have columns of their own. */
const COLUMNS: ReadonlySet<string> = new Set(['schema', 'id', 'site', 'series', 'by', 'note', 'command']);
const MAX_DETAILS = 200;

export function auditRow({ request, reply, ...row }: AuditedCommand): AuditRow {
  const asked = objectIn(request);
  const details = Object.entries(asked)
    .filter(([key]) => !COLUMNS.has(key))
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const { note } = asked;
  const { text } = objectIn(reply);
  return {
    ...row,
    details: details.join(', ').slice(0, MAX_DETAILS),
    note: typeof note === 'string' ? note : null,
    text: typeof text === 'string' ? text : row.status === 'waiting' ? 'Waits for the service.' : '',
  };
}

/** A request that could not be read is stored as a JSON text; it has no keys. */
function objectIn(json: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = json === null ? null : JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

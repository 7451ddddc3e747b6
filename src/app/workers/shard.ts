import { holidaysOf } from '../../config/calendar/holidays.ts';
import type { Site } from '../../config/schema/site.ts';
import type { Calendar } from '../../detect/forecast/calendar.ts';
import type { Reading } from '../../detect/reading.ts';
import { StreamMonitor } from '../../detect/stream-monitor.ts';
import { MINUTE_MS } from '../../math/time.ts';
import type { Kernel } from '../../nn/kernel.ts';
import { COLUMNS } from '../../stream/history/bucket.ts';
import { isDue } from '../pipeline/due.ts';
import { fillBucket } from '../pipeline/history-bucket.ts';
import { NetworkEventLog } from '../pipeline/log/network-event-log.ts';
import { RecentReadings } from '../pipeline/recent-readings.ts';
import { isSame, listOwnPhases } from '../pipeline/publish/state-publisher.ts';
import { StreamLog } from '../pipeline/log/stream-log.ts';
import { calendarOf, monitorOptions } from '../pipeline/monitor-options.ts';
import type { StreamSpec } from '../pipeline/threads.ts';
import type { Done, Note, NoteBody } from './notes.ts';
import * as r from './rows.ts';
import { recordOf } from './status-record.ts';

/** What a thread needs to know of the site. */
export type ShardSite = Pick<Site, 'timezone' | 'holidays'> & { readonly stateEveryMs: number };

/** A stream in this thread. */
export interface Member {
  readonly monitor: StreamMonitor;
  readonly history: { readonly seq: number; minute: number }[] | null;
  published: { readonly at: number; readonly own: readonly unknown[] } | null;
}

/**
 * The streams of one thread: what `detectPerStream` and the heartbeat do with a stream in the main thread, with rows in place of objects.
 * The main thread keeps all that is not of a single stream: messages, journal, alerts, incidents, commands.
 */
export class Shard {
  /** By number; null where it was removed or has failed. */
  readonly members: (Member | null)[] = [];
  readonly recent = new RecentReadings();
  private readonly kernel: Kernel | null;
  private readonly places: { readonly member: number; readonly d: number; readonly slug: string }[] = [];
  private readonly history = new r.Rows(r.BUCKET + COLUMNS, 256);
  private readonly bucket = new Float64Array(COLUMNS);
  private notes: Note[] = [];
  private streamLog!: StreamLog;
  private networkEvents!: NetworkEventLog;
  private calendar!: Calendar;
  private stateEveryMs = 0;
  private readonly own: unknown[] = [];
  // Of the row that is processed.
  private position = 0;
  private at = NaN;
  private replayed = false;
  private readings = 0;
  private untrained = 0;
  // The accepted readings of the present message.
  private readonly accepted: Reading[] = [];
  private readonly acceptedAt: number[] = []; // where their rows begin
  private readonly acceptedOf: number[] = []; // their places

  constructor(kernel: Kernel | null) {
    this.kernel = kernel;
    this.begin();
  }

  /** Another pipeline begins, or the journal was replayed: a note that is sent once is sent again. */
  begin(): void {
    const log = (...line: Extract<NoteBody, { kind: 'log' }>['line']): void => {
      this.note({ kind: 'log', line });
    };
    this.streamLog = new StreamLog(log);
    this.networkEvents = new NetworkEventLog(log);
    const members = this.members.filter((member) => member !== null);
    for (const member of members) member.published = null;
    this.streamLog.begin(members.map(({ monitor }) => monitor));
  }

  useSite({ timezone, holidays, stateEveryMs }: ShardSite): void {
    this.calendar = calendarOf({ timezone }, holidaysOf(holidays).isHoliday);
    this.stateEveryMs = stateEveryMs;
  }

  /** Makes a stream; its number is the next one, and so are the places of its series. */
  create({ stream, series, tuning, source, history }: StreamSpec): StreamMonitor {
    const member = this.members.length;
    const options = { ...monitorOptions(tuning, this.kernel, this.calendar), ...(source === null ? {} : { source }) };
    const when = () => ({ at: this.at, replayed: this.replayed });
    const monitor: StreamMonitor = new StreamMonitor(
      stream,
      series,
      options,
      (event) => {
        this.note({ kind: 'episode', event, ...when() });
      },
      (habit) => {
        this.note({ kind: 'habit', habit, ...when() });
      },
      (mode) => {
        this.note({ kind: 'mode', mode, modes: monitor.status.modes, ...when() });
      },
    );
    this.members.push({ monitor, history: history?.map((place) => ({ ...place })) ?? null, published: null });
    series.forEach(({ slug }, d) => this.places.push({ member, d, slug }));
    return monitor;
  }

  /** Processes rows in order. The result has the notes and buffers; `spare`: a buffer for the next history. */
  run(rows: Float64Array<ArrayBuffer>, count: number, spare?: Float64Array<ArrayBuffer>): Done {
    this.readings = this.untrained = 0;
    for (let i = 0; i < count;) {
      const o = i * r.WIDTH;
      this.position = rows[o + r.POSITION];
      this.replayed = rows[o + r.SEQ] !== Infinity;
      if (rows[o + r.KIND] === r.READING) i = this.message(rows, i, count);
      else {
        this.change(rows, o);
        i++;
      }
    }
    const historyRows = this.history.count;
    const { readings, untrained } = this;
    const history = this.history.give(spare);
    return { kind: 'done', rows, history, historyRows, readings, untrained, notes: this.takeNotes() };
  }

  /** The notes so far; none of them is sent again. */
  takeNotes(): readonly Note[] {
    const { notes } = this;
    this.notes = [];
    this.at = NaN;
    return notes;
  }

  /** A change of one stream that is no reading. */
  private change(rows: Float64Array, o: number): void {
    const member = this.members[rows[o + r.INDEX]];
    if (member === null) return;
    const { monitor } = member;
    const at = (this.at = rows[o + r.AT]);
    switch (rows[o + r.KIND]) {
      case r.TICK:
        monitor.tick(at);
        break;
      case r.BEAT:
        monitor.tick(at);
        this.networkEvents.check(monitor);
        this.streamLog.check(monitor.status);
        if (monitor.status.samples > 0) this.publish(member, rows[o + r.INDEX], at);
        break;
      case r.LEARN_EVERY:
        monitor.learnEvery(at);
        break;
      case r.DOWNTIME:
        monitor.markDowntime(at, rows[o + r.VALUE]);
    }
  }

  /** The readings of one message from row i on: all of them are put in order, then each is judged. Returns the row after the last. */
  private message(rows: Float64Array, i: number, count: number): number {
    const { accepted, acceptedAt, acceptedOf, places, members } = this;
    const message = rows[i * r.WIDTH + r.MESSAGE];
    accepted.length = acceptedAt.length = acceptedOf.length = 0;
    for (; i < count; i++) {
      const o = i * r.WIDTH;
      if (rows[o + r.KIND] !== r.READING || rows[o + r.MESSAGE] !== message) break;
      const index = rows[o + r.INDEX];
      const place = places[index];
      const member = members[place.member];
      if (member === null) continue;
      this.position = rows[o + r.POSITION];
      const reading = readingOf(rows, o, place.slug);
      const ordered = member.monitor.order(place.d, reading);
      if (typeof ordered === 'string') {
        this.reject(index, ordered);
        continue;
      }
      if (ordered.saidAt !== reading.saidAt) this.reject(index, 'clock_wrong');
      accepted.push(ordered);
      acceptedAt.push(o);
      acceptedOf.push(index);
    }
    for (let k = 0; k < accepted.length; k++) this.judge(rows, k);
    return i;
  }

  private judge(rows: Float64Array, k: number): void {
    const o = this.acceptedAt[k];
    const { member: number, d } = this.places[this.acceptedOf[k]];
    const member = this.members[number];
    if (member === null) return; // it has failed at an earlier reading of this message
    const { monitor } = member;
    this.position = rows[o + r.POSITION];
    const receivedAt = (this.at = rows[o + r.RECEIVED_AT]);
    try {
      let verdict = monitor.take(d, this.accepted[k]);
      if (monitor.series.length > 1 && this.isLast(k, number))
        verdict = monitor.endMessage(rows[o + r.SOURCE]) ?? verdict;
      if (verdict !== null) this.remember(member, number, verdict.at, rows[o + r.SEQ]);
      if (this.replayed) return;
      this.recent.take({ monitor, verdict });
    } catch (error) {
      this.members[number] = null;
      this.note({ kind: 'failed', stream: number, error });
      return;
    }
    this.readings++;
    if (monitor.detector.trainingSkipped) this.untrained++;
    this.publish(member, number, receivedAt);
  }

  /** Whether accepted reading k is the last one of its stream in the message. */
  private isLast(k: number, member: number): boolean {
    const { acceptedOf, places } = this;
    for (let j = k + 1; j < acceptedOf.length; j++) if (places[acceptedOf[j]].member === member) return false;
    return true;
  }

  /** Rows of the history for the sample of a stream, where its history does not have it: `History.take` of the main thread. */
  private remember({ monitor, history }: Member, number: number, at: number, seq: number): void {
    if (history === null) return;
    const minute = Math.floor(at / MINUTE_MS);
    for (let d = 0; d < history.length; d++) {
      const place = history[d];
      if (seq <= place.seq || !fillBucket(monitor, d, place.minute !== minute, this.bucket)) continue;
      place.minute = minute;
      const o = this.history.add();
      const { data } = this.history;
      data[o + r.STREAM] = number;
      data[o + r.SERIES] = d;
      data[o + r.SAMPLE_AT] = at;
      data.set(this.bucket, o + r.BUCKET);
    }
  }

  /** The rule of `StatePublisher`, but for mutes, freezes and maintenance, which the main thread knows. */
  private publish(member: Member, stream: number, at: number): void {
    const { published } = member;
    const { own } = this;
    listOwnPhases(member.monitor.status, own);
    if (published !== null && isSame(published.own, own) && !isDue(at, published.at, this.stateEveryMs)) return;
    member.published = { at, own: [...own] };
    this.note({ kind: 'state', stream, at, record: recordOf(member.monitor) });
  }

  private reject(place: number, reason: Extract<NoteBody, { kind: 'reject' }>['reason']): void {
    if (!this.replayed) this.note({ kind: 'reject', place, reason });
  }

  private note(body: NoteBody): void {
    this.notes.push({ position: this.position, ...body });
  }
}

function readingOf(rows: Float64Array, o: number, series: string): Reading {
  const saidAt = rows[o + r.SAID_AT];
  const reading = { series, at: rows[o + r.AT], value: rows[o + r.VALUE], receivedAt: rows[o + r.RECEIVED_AT] };
  return Number.isNaN(saidAt) ? reading : { ...reading, saidAt };
}

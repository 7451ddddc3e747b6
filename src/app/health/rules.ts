import { durationInWords } from '../../detect/episode/reason.ts';
import { DAY_MS, MINUTE_MS } from '../../math/time.ts';
import { cardYears, yearsText } from '../card/wear.ts';
import { isFull, limitOf, shareOf } from './memory-room.ts';
import type { Finding, Rule, VitalSigns } from './vital-signs.ts';

/** A reading takes microseconds and the longest transaction half a second; a keep-alive of 15 s would be lost after 22 s. */
export const MAX_LOOP_DELAY_MS = 5_000;
/** How long a stall is reported after its end, so that a scrape every few minutes sees it. */
const STALL_SHOWN_MS = 5 * MINUTE_MS;
/** As many messages, and as much time, without one reading are no coincidence of one bad payload. */
const MIN_UNREAD = 5;
const UNREAD_MS = 5 * MINUTE_MS;
/** A transaction is repeated every second; a lock of another program that lasts longer than this needs a person. */
const DATABASE_MS = 30_000;
/** Streams are saved in turn, each once in `snapshots.every`; a turn that fails is repeated. */
const SNAPSHOT_TURNS = 2;
const SNAPSHOT_SLACK_MS = 10 * MINUTE_MS;
/** A service that restarts is back within this time. */
const NOTIFY_MS = 10 * MINUTE_MS;
/** Share of the memory limit below which the problem ends. */
const MEMORY_BACK = 0.85;
/** Pauses that an input has had are no reason to report it. */
const PAUSES = 4;
const NOTHING: readonly Finding[] = [];

const only = (code: Finding['code'], text: string): readonly Finding[] => [{ code, subject: null, text }];
const n = (count: number): string => count.toLocaleString('en');

/** The event loop was blocked: nothing was received, scored or published. */
export class Stall implements Rule {
  private delayMs = 0;
  private until = -Infinity;

  check({ loopDelayMs, uptimeMs }: VitalSigns): readonly Finding[] {
    if (loopDelayMs > MAX_LOOP_DELAY_MS) {
      this.delayMs = loopDelayMs;
      this.until = uptimeMs + STALL_SHOWN_MS;
    }
    if (uptimeMs >= this.until) return NOTHING;
    return only(
      'stall',
      `The service did nothing for ${durationInWords(this.delayMs)}: the machine was overloaded or suspended, or waited for its disk. Look at the load, the free memory and the card.`,
    );
  }
}

/** Messages arrive, and none gives a reading. */
export class NoReadings implements Rule {
  private messages = NaN;
  private readings = NaN;
  private since = NaN;

  check({ inputs, readings, rejected, uptimeMs }: VitalSigns): readonly Finding[] {
    const messages = inputs.reduce((sum, input) => sum + input.messages, 0);
    // A restarted pipeline counts its messages from zero.
    if (!(readings === this.readings && messages >= this.messages)) {
      this.readings = readings;
      this.messages = messages;
      this.since = uptimeMs;
      return NOTHING;
    }
    const unread = messages - this.messages;
    if (unread === 0) this.since = uptimeMs;
    if (unread < MIN_UNREAD || uptimeMs - this.since < UNREAD_MS) return NOTHING;
    const [reason = 'unknown'] = [...rejected].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
    return only(
      'no_readings',
      `${n(unread)} messages arrived since the last reading, and none had one. The most frequent reason of a reject is ${reason}; the health message counts all of them, and the table quarantine has examples.`,
    );
  }
}

interface InputState {
  messages: number;
  /** Of the last message; of the start or of the connection, before the first. */
  at: number;
  seen: boolean;
  longestMs: number;
}

/** An input has no messages. The time without a connection, and maintenance, does not count. */
export class NoData implements Rule {
  private readonly states = new Map<string, InputState>();
  private readonly limitMs: number;
  private connected = false;

  /** `afterMs`: the least time without a message; Infinity: never. */
  constructor(afterMs: number) {
    this.limitMs = afterMs;
  }

  check({ inputs, connected, uptimeMs }: VitalSigns): readonly Finding[] {
    const back = connected && !this.connected;
    this.connected = connected;
    for (const topic of this.states.keys())
      if (!inputs.some((input) => input.topic === topic)) this.states.delete(topic);
    return inputs.flatMap(({ topic, messages, inMaintenance }) => {
      const state = this.stateOf(topic, messages, uptimeMs);
      if (messages !== state.messages) {
        if (state.seen && !back && !inMaintenance) state.longestMs = Math.max(state.longestMs, uptimeMs - state.at);
        Object.assign(state, { messages, at: uptimeMs, seen: true });
      }
      if (back || inMaintenance) state.at = uptimeMs;
      const silentMs = uptimeMs - state.at;
      if (!connected || silentMs <= Math.max(this.limitMs, PAUSES * state.longestMs)) return [];
      const text = state.seen
        ? `${topic}: no message for ${durationInWords(silentMs)}. Check that the devices have power and reach the broker, and that this user may still read the topic.`
        : `${topic}: no message in the ${durationInWords(silentMs)} since the start. Check the topic in the site file (zankyo check --connect), and that this user may read it; retained copies do not count.`;
      return [{ code: 'no_data', subject: topic, text }] as const;
    });
  }

  private stateOf(topic: string, messages: number, uptimeMs: number): InputState {
    const known = this.states.get(topic);
    if (known !== undefined) return known;
    const state = { messages, at: uptimeMs, seen: messages > 0, longestMs: 0 };
    this.states.set(topic, state);
    return state;
  }
}

/** Readings wait for a database that cannot be written. */
export class DatabaseFailing implements Rule {
  check({ databaseFailingSince, uptimeMs }: VitalSigns): readonly Finding[] {
    const failingMs = databaseFailingSince === null ? 0 : uptimeMs - databaseFailingSince;
    if (failingMs < DATABASE_MS) return NOTHING;
    return only(
      'database',
      `The database could not be written for ${durationInWords(failingMs)}: readings wait in memory, and the broker keeps what is not acknowledged. Free space on the disk, or end the program that locks the file; the log has the error.`,
    );
  }
}

/** After a crash the readings since the oldest snapshot would be processed again. */
export class SnapshotOld implements Rule {
  private readonly limitMs: number;

  constructor(everyMs: number) {
    this.limitMs = SNAPSHOT_TURNS * everyMs + SNAPSHOT_SLACK_MS;
  }

  check({ snapshotAgeMs }: VitalSigns): readonly Finding[] {
    if (snapshotAgeMs === null || snapshotAgeMs <= this.limitMs) return NOTHING;
    return only(
      'snapshot_old',
      `The oldest saved state of a stream is from ${durationInWords(snapshotAgeMs)} ago; it should be at most ${durationInWords(this.limitMs)}. A start would take long. Look for errors of the database in the log, and for free space.`,
    );
  }
}

export class TrainingReduced implements Rule {
  check({ learnEvery, drops }: VitalSigns): readonly Finding[] {
    if (learnEvery === 1) return NOTHING;
    const training = learnEvery === 0 ? 'Networks do not train' : `Networks train on 1 of every ${learnEvery} samples`;
    const lost = drops ? ', and every second QoS 0 message is dropped' : '';
    return only(
      'training_reduced',
      `${training} because the CPU load is high${lost}. Every reading is still scored. Fewer series, a smaller hidden_size, train_every: 4 or network: false cost less.`,
    );
  }
}

/** The memory of the service comes near its limit: new series are refused before the kernel slows or kills the service. */
export class MemoryShort implements Rule {
  private isShort = false;

  check({ memory }: VitalSigns): readonly Finding[] {
    if (memory === null) return NOTHING;
    this.isShort = isFull(memory) || (this.isShort && shareOf(memory) > MEMORY_BACK);
    if (!this.isShort) return NOTHING;
    const { rss, heap, heapLimit, limits } = memory;
    const limit = limitOf(limits);
    const ofHeap = limit === null || heap / heapLimit > rss / limit;
    const what = ofHeap
      ? `The heap of Node.js has ${megabytes(heap)} of ${megabytes(heapLimit)} MB (--max-old-space-size); a full one ends the service.`
      : `The service has ${megabytes(rss)} MB of memory; above ${megabytes(limit)} MB the kernel ${limits.high === null ? 'kills' : 'slows'} it.`;
    return only(
      'memory',
      `${what} New series are not admitted. Raise the limit (docs/systemd.md), or read fewer series.`,
    );
  }
}

const megabytes = (bytes: number): string => n(Math.round(bytes / 2 ** 20));

/** More was written within the last 24 hours, or since the service first ran, than the limit allows for a day. */
export class CardWear implements Rule {
  private readonly limit: number;

  /** `limit`: bytes a day. */
  constructor(limit: number) {
    this.limit = limit;
  }

  check({ writtenDay }: VitalSigns): readonly Finding[] {
    if (writtenDay === null || writtenDay.bytes <= this.limit) return NOTHING;
    const { bytes, ms } = writtenDay;
    const years = yearsText(cardYears((bytes * DAY_MS) / Math.max(MINUTE_MS, ms)));
    return only(
      'card_wear',
      `${n(Math.round(bytes / 1e6))} million bytes were written in ${durationInWords(Math.max(MINUTE_MS, ms))}; health.max_megabytes_per_day is ${n(this.limit / 1e6)}. At this rate an SD card of 32 GB lasts ${years}. storage: gentle writes less; a disk other than a card bears more.`,
    );
  }
}

export class StreamStopped implements Rule {
  check({ stoppedStreams }: VitalSigns): readonly Finding[] {
    return stoppedStreams.map((stream) => ({
      code: 'stream_stopped',
      subject: stream,
      text: `${stream} stopped because of an internal error and is not monitored. Restart the service, and report the error in the log.`,
    }));
  }
}

export class NotifyFailing implements Rule {
  check({ failingTargets, now }: VitalSigns): readonly Finding[] {
    return failingTargets
      .filter(({ since }) => now - since >= NOTIFY_MS)
      .map(({ name, since }) => ({
        code: 'notify_failing',
        subject: name,
        text: `Notifications to ${name} have not been delivered for ${durationInWords(now - since)}; they wait for a day at most. The log has the reason, and zankyo notify test ${name} tries once.`,
      }));
  }
}

export interface RuleOptions {
  readonly noDataAfterMs: number;
  readonly snapshotsEveryMs: number;
  readonly maxBytesPerDay: number;
}

export const rulesOf = ({ noDataAfterMs, snapshotsEveryMs, maxBytesPerDay }: RuleOptions): readonly Rule[] => [
  new Stall(),
  new NoReadings(),
  new NoData(noDataAfterMs),
  new DatabaseFailing(),
  new SnapshotOld(snapshotsEveryMs),
  new TrainingReduced(),
  new MemoryShort(),
  new CardWear(maxBytesPerDay),
  new StreamStopped(),
  new NotifyFailing(),
];

import type { Consumer, ConsumerMessages, DeliverPolicy, JsMsg } from '@nats-io/jetstream';
import { randomUUID } from 'node:crypto';
import { topicOf } from '../../stream/names/partition.ts';
import type { Nats } from './connection.ts';
import type { Names } from './names.ts';
import type { Turns } from './turns.ts';

/** A message of a partition, in the order of the stream. */
export interface PartitionEntry {
  /** Sequence in the stream. */
  readonly seq: number;
  /** When the server stored it, epoch ms. */
  readonly at: number;
  readonly kind: 'reading' | 'tick' | 'wake' | 'command';
  /** MQTT topic of a reading or command. */
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Messages of the partition that are stored after this one. */
  readonly pending: number;
}

export interface SourceOptions {
  readonly names: Names;
  readonly n: number;
  /** What the readings of the partition have before their subject. */
  readonly prefix: string;
  /** The last message that is processed already. */
  readonly after: number;
  readonly commands: boolean;
  /** Those of the worker: the partition waits for one after each slice. */
  readonly turns: Turns;
  /** Called for each entry; the next one waits for a returned promise. */
  readonly onEntry: (entry: PartitionEntry) => Promise<void> | undefined;
  /** The source has failed and ends. */
  readonly onError: (error: unknown) => void;
}

/** Messages that the server sends ahead. */
const AHEAD = 256;
/** After so long the timers, the socket and another partition have their turn. */
const SLICE_MS = 10;
/** The server forgets the consumer of a dead worker after so long. */
const INACTIVE_MS = 30_000;
/** A pull request of the consumer, and how often the server says that it is there. Without two of them the consumer is opened anew: a server that
 * was killed does not know it any more. */
const PULL_MS = 30_000;
const HEARTBEAT_MS = 3_000;

export interface PartitionSource {
  /** Messages that were stored when it was opened. */
  readonly pending: number;
  /** Ends it after the entry that is being processed. */
  stop(): Promise<void>;
}

/** Reads a partition from the message after `after` on, in order and without gaps: an ordered consumer, which starts anew by itself. */
export async function openSource(nats: Nats, options: SourceOptions): Promise<PartitionSource> {
  const { names, n, prefix, after, commands, turns, onEntry, onError } = options;
  const { subjects } = names;
  const ticks = subjects.tick(n);
  const wakes = subjects.wake(n);
  const consumer: Consumer = await nats.js.consumers.get(names.readings, {
    // Unique: a consumer of that name which a dead worker has left would be taken over, with its requests.
    name_prefix: `p${n}-${randomUUID()}`,
    filter_subjects: [`${prefix}.>`, ticks, wakes, ...(commands ? subjects.commands : [])],
    deliver_policy: 'by_start_sequence' as DeliverPolicy,
    opt_start_seq: after + 1,
    inactive_threshold: INACTIVE_MS,
  });
  const { num_pending: pending } = await consumer.info(true);
  const messages: ConsumerMessages = await consumer.consume({
    ...{ max_messages: AHEAD, expires: PULL_MS, idle_heartbeat: HEARTBEAT_MS },
  });
  let stopped = false;
  const entryOf = (message: JsMsg): PartitionEntry => {
    const { subject, seq, data, info } = message;
    const rest = { seq, payload: data, at: Math.floor(info.timestampNanos / 1e6), pending: info.pending };
    if (subject === ticks) return { ...rest, kind: 'tick', topic: '' };
    if (subject === wakes) return { ...rest, kind: 'wake', topic: '' };
    if (!subject.startsWith(`${prefix}.`)) return { ...rest, kind: 'command', topic: topicOf(subject) };
    return { ...rest, kind: 'reading', topic: topicOf(subject.slice(prefix.length + 1)) };
  };
  const run = async (): Promise<void> => {
    let since = performance.now();
    for await (const message of messages) {
      if (stopped) break;
      const waiting = onEntry(entryOf(message));
      if (waiting !== undefined) await waiting;
      if (performance.now() - since < SLICE_MS) continue;
      await turns.next();
      since = performance.now();
    }
    // Else nobody would read the partition any more.
    if (!stopped) throw new Error(`the consumer of partition ${n} has ended`);
  };
  const ended = run().catch((error: unknown) => {
    if (!stopped) onError(error);
  });
  return {
    pending,
    stop: async () => {
      stopped = true;
      await messages.close();
      await ended;
      // Else the server forgets it by itself.
      await consumer.delete().catch(() => undefined);
    },
  };
}

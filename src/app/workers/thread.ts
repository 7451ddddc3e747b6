import { workerData, type MessagePort } from 'node:worker_threads';
import { loadKernel } from '../../io/files/kernel-file.ts';
import type { Answer, Ask, Lost } from './notes.ts';
import { Shard } from './shard.ts';
import { ShardCalls } from './shard-calls.ts';

/*
 * A worker thread: a shard with a kernel of its own. It answers each message in order. Behind each answer it counts up, so that the main
 * thread can wait for it.
 */

/** What a thread begins with. */
export interface ThreadData {
  readonly port: MessagePort;
  /** One number, which counts the answers. */
  readonly answered: Int32Array;
  /** Whether networks run in SIMD. */
  readonly simd: boolean;
}

const { port, answered, simd } = workerData as ThreadData;
const shard = new Shard(simd ? loadKernel() : null);
const calls = new ShardCalls(shard) as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

const send = (answer: object, transfer: readonly ArrayBuffer[] = []): void => {
  port.postMessage(answer, transfer);
  Atomics.add(answered, 0, 1);
  Atomics.notify(answered, 0);
};

// A main thread that waits for an answer gets no event of its worker.
process.on('uncaughtExceptionMonitor', (cause) => {
  send({ kind: 'lost', cause } satisfies Lost);
});

/** The buffer of bytes that are given away. */
const buffersOf = (value: unknown): readonly ArrayBuffer[] =>
  value instanceof Uint8Array && value.buffer instanceof ArrayBuffer ? [value.buffer] : [];

port.on('message', (ask: Ask) => {
  try {
    if (ask.kind === 'batch') {
      const done = shard.run(ask.rows, ask.count, ask.spare);
      send(done, [done.rows.buffer, done.history.buffer]);
      return;
    }
    const value = calls[ask.name](...ask.args);
    send({ kind: 'answer', value, notes: shard.takeNotes() } satisfies Answer, buffersOf(value));
  } catch (error) {
    send({ kind: 'answer', error, notes: shard.takeNotes() } satisfies Answer);
  }
});

import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { LeaseData, Renewed } from './lease-thread.ts';

/** Seen from src/io/nats and from dist/io/nats alike: a thread runs the built program. */
const THREAD_FILE = fileURLToPath(new URL('../../../dist/io/nats/lease-thread.js', import.meta.url));
/** The main thread may restore states, or wait for the processor, for this time. */
const PATIENCE_MS = 30_000;

export interface LeaseOptions extends Omit<LeaseData, 'beats' | 'patienceMs'> {
  /** The lease is given up when the main thread has done nothing for so long; 30 s. */
  readonly patienceMs?: number;
  /** The lease had expired, and is renewed again. */
  readonly onExpired: () => void;
  /** The thread has failed. */
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps the lease of a worker alive in a thread of its own. In the main thread a renewal would wait while states are restored and messages
 * are processed: on a busy machine longer than the lease lasts. Then the others take the partitions of a worker that lives, restore them,
 * are late in their turn, and no worker gets on.
 */
export class Lease {
  private readonly thread: Worker;
  private readonly beats: Int32Array<SharedArrayBuffer>;

  private constructor(thread: Worker, beats: Lease['beats']) {
    this.thread = thread;
    this.beats = beats;
  }

  /** Resolves when the worker has its lease. Rejects when the thread fails before that. */
  static async start({ onExpired, onError, patienceMs = PATIENCE_MS, ...data }: LeaseOptions): Promise<Lease> {
    const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const workerData: LeaseData = { ...data, beats, patienceMs };
    const thread = new Worker(THREAD_FILE, { workerData, name: 'zankyo-lease' });
    await once(thread, 'message');
    thread.on('message', ({ hadExpired }: Renewed) => {
      if (hadExpired) onExpired();
    });
    thread.on('error', onError);
    return new Lease(thread, beats);
  }

  /** The main thread lives. To be called every few seconds. */
  beat(): void {
    Atomics.add(this.beats, 0, 1);
  }

  /** The lease is not renewed any more. */
  async stop(): Promise<void> {
    await this.thread.terminate();
  }
}

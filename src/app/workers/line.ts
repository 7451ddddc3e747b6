import { fileURLToPath } from 'node:url';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { AppError } from '../../errors.ts';
import type { Answer, Ask, Done, Lost } from './notes.ts';
import type { ThreadData } from './thread.ts';

/** Seen from src/app/workers and from dist/app/workers alike: a thread runs the built program. */
const THREAD_FILE = fileURLToPath(new URL('../../../dist/app/workers/thread.js', import.meta.url));
/** A batch takes milliseconds, also on a Raspberry Pi; a thread that starts takes a second. */
const PATIENCE_MS = 60_000;

/**
 * A worker thread and the way to it and back. It answers everything in the order in which it was asked. An answer comes by itself when the
 * event loop turns, or at once for who waits.
 */
export class Line {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #answered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #onAnswer: (answer: Done | Answer) => void;
  readonly #onLost: (error: AppError) => void;
  #closed = false;

  constructor(simd: boolean, onAnswer: (answer: Done | Answer) => void, onLost: (error: AppError) => void) {
    const { port1, port2 } = new MessageChannel();
    const workerData: ThreadData = { port: port2, answered: this.#answered, simd };
    this.#port = port1;
    this.#onAnswer = onAnswer;
    this.#onLost = onLost;
    this.#worker = new Worker(THREAD_FILE, { workerData, transferList: [port2], name: 'zankyo-worker' });
    this.#worker.once('error', (cause) => {
      onLost(lostBy(cause));
    });
    this.#worker.once('exit', (code) => {
      if (!this.#closed) onLost(new AppError('worker_lost', `a worker thread ended with code ${code}`));
    });
    port1.on('message', (message: Done | Answer | Lost) => {
      if (message.kind === 'lost') onLost(lostBy(message.cause));
      else onAnswer(message);
    });
  }

  post(ask: Ask, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(ask, transfer);
  }

  /** Takes the next answer, and waits for it. Throws `worker_lost` where none comes. */
  wait(): void {
    for (;;) {
      const answered = Atomics.load(this.#answered, 0);
      const received = receiveMessageOnPort(this.#port) as { readonly message: Done | Answer | Lost } | undefined;
      if (received?.message.kind === 'lost') {
        const lost = lostBy(received.message.cause);
        this.#onLost(lost);
        throw lost;
      }
      if (received !== undefined) {
        this.#onAnswer(received.message);
        return;
      }
      if (Atomics.wait(this.#answered, 0, answered, PATIENCE_MS) === 'timed-out')
        throw new AppError('worker_lost', `a worker thread did not answer within ${PATIENCE_MS / 1000} s`);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#port.close();
    await this.#worker.terminate();
  }
}

const lostBy = (cause: Error): AppError =>
  new AppError('worker_lost', `a worker thread failed: ${cause.message}`, { cause });

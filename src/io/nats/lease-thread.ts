import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { connectNats, type NatsOptions } from './connection.ts';
import { Presence, type WorkerInfo } from './presence.ts';

/*
 * The thread that renews the lease of a worker, with a connection of its own. It stops while the main thread does nothing: a worker that
 * stands still must lose its partitions.
 */

/** What the thread begins with. */
export interface LeaseData {
  readonly nats: Omit<NatsOptions, 'log'>;
  readonly bucket: string;
  readonly worker: string;
  readonly info: WorkerInfo;
  readonly everyMs: number;
  /** One number, which the main thread counts up. */
  readonly beats: Int32Array;
  /** Without a count for so long the lease is not renewed. */
  readonly patienceMs: number;
}

/** What it says after each renewal. */
export interface Renewed {
  /** Others may have taken the partitions. */
  readonly hadExpired: boolean;
}

const { nats: options, bucket, worker, info, everyMs, beats, patienceMs } = workerData as LeaseData;
const nats = await connectNats({ ...options, log: () => undefined });
const presence = new Presence(await nats.kv.open(bucket), worker, info);
let beat = Atomics.load(beats, 0);
let beatAt = performance.now();
for (;;) {
  if (Atomics.load(beats, 0) !== beat) {
    beat = Atomics.load(beats, 0);
    beatAt = performance.now();
  }
  // While the server is away it fails; the main thread logs that.
  if (performance.now() - beatAt <= patienceMs)
    await presence.renew().then(
      (hadExpired) => {
        parentPort!.postMessage({ hadExpired } satisfies Renewed);
      },
      () => undefined,
    );
  await sleep(everyMs);
}

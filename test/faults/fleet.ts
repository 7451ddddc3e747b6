import type { DeliverPolicy } from '@nats-io/jetstream';
import { setTimeout as sleep } from 'node:timers/promises';
import { sharesOf, startFleet, within, NAMES, type FleetRig } from './fleet-rig.ts';
import type { WorkerProcess } from './worker-process.ts';
import { publishReadings } from './fleet-load.ts';
import { judge, type FleetVerdict } from './fleet-verdict.ts';

export interface FleetOptions {
  readonly workers: number;
  readonly partitions: number;
  readonly streams: number;
  readonly messages: number;
  /** Messages a second. */
  readonly rate: number;
  /** Time between two faults. */
  readonly everyMs: number;
  /**
   * Of each fault in turn: kill -9 and start anew when others have taken over, a hand-over (SIGTERM) and start anew at once, or kill -9 of the
   * nats-server and start anew.
   */
  readonly faults: readonly ('kill' | 'upgrade' | 'server')[];
  readonly checkpointSec: number;
  /** Whether each worker runs in a network namespace of its own; for root. */
  readonly namespaces: boolean;
  /** Folder for the logs of the workers. */
  readonly logs?: string | undefined;
}

export interface Takeover {
  /** From the kill until other workers have processed the first message of each of its partitions that waited, and restored the others. */
  readonly takenMs: number;
  /** Until they have processed all that is stored; Infinity where that takes more than 30 s, or no message comes. */
  readonly upToDateMs: number;
}

const UP_TO_DATE = 'partition up to date';
const LIMIT_MS = 30_000;
const SERVER_AWAY_MS = 1_000;
const SAVED_MS = 600_000;
const PROGRESS_MS = 10_000;

export interface FleetResult extends FleetVerdict {
  readonly upgrades: number;
  /** Times that the nats-server was killed. */
  readonly servers: number;
  /** One for each kill. */
  readonly takeovers: readonly Takeover[];
  /** Exit codes of the workers that ended in order. */
  readonly codes: readonly (number | null)[];
}

/** Whether every reading that is stored now is in a checkpoint. */
const isSaved = async ({ nats, records }: FleetRig): Promise<boolean> => {
  const found = await records();
  for (const [n, record] of found.entries()) {
    const last = await nats.jsm.streams.getMessage(NAMES.readings, { last_by_subj: `_p.${n}.>` });
    if (last !== null && last.seq > (record?.seq ?? 0)) return false;
  }
  return true;
};

/** Readings that no checkpoint has. */
const behind = async ({ nats, records }: FleetRig): Promise<number> => {
  let sum = 0;
  for (const [n, record] of (await records()).entries()) {
    const consumer = await nats.js.consumers.get(NAMES.readings, {
      filter_subjects: [`_p.${n}.>`],
      deliver_policy: 'by_start_sequence' as DeliverPolicy,
      opt_start_seq: (record?.seq ?? 0) + 1,
    });
    sum += (await consumer.info(true)).num_pending;
    await consumer.delete();
  }
  return sum;
};

/** Repeats a task until `stop`, `ms` after its last end. */
const every = (ms: number, task: () => Promise<void>): { readonly stop: () => void; readonly ended: Promise<void> } => {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    for (;;) {
      await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      await task();
    }
  };
  return {
    stop: () => {
      stopping.abort();
    },
    ended: run(),
  };
};

/** Faults at workers while sensors publish; then what became of the readings and alerts. `say` gets the progress. */
export async function fleetFaults(
  options: FleetOptions,
  say: (text: string) => void = () => undefined,
): Promise<FleetResult> {
  const { workers: count, partitions, streams, messages, rate, everyMs, faults, namespaces, checkpointSec } = options;
  const sizes = { partitions, maxSeries: streams, checkpointSec };
  const rig = await startFleet({ ...sizes, namespaces: namespaces ? count : 0, logs: options.logs });
  try {
    const running: WorkerProcess[] = [];
    for (let place = 1; place <= count; place++) running.push(rig.start(place));
    const all = [...running];
    const balanced = async (): Promise<boolean> => {
      const shares = sharesOf(await rig.records());
      return running.every(({ name }) => (shares.get(name) ?? 0) >= Math.floor(partitions / count));
    };
    if (!(await within(30_000, balanced))) throw new Error('the workers did not share the partitions within 30 s');

    say('the workers share the partitions');
    const load = { done: false };
    const url = rig.server.mqtt.replace('0.0.0.0', '127.0.0.1');
    const published = publishReadings({ url, streams, messages, rate }).then(() => {
      load.done = true;
      say('all readings are published');
    });
    const takeovers: Takeover[] = [];
    const codes: (number | null)[] = [];
    let upgrades = 0;
    let servers = 0;
    const begin = performance.now();
    const faultIsDue = async (turn: number): Promise<boolean> => {
      const waiting = new AbortController();
      const ms = Math.max(0, begin + (turn + 1) * everyMs - performance.now());
      await Promise.race([sleep(ms, undefined, { signal: waiting.signal }).catch(() => undefined), published]);
      waiting.abort();
      return !load.done;
    };
    const again = (place: number): void => {
      running[place - 1] = rig.start(place);
      all.push(running[place - 1]);
    };
    const measured: Promise<void>[] = [];
    for (let turn = 0; await faultIsDue(turn); turn++) {
      const fault = faults[turn % faults.length];
      const place = (turn % count) + 1;
      const worker = running[place - 1];
      if (fault === 'server') {
        servers++;
        await rig.server.restart('SIGKILL', SERVER_AWAY_MS);
        say('killed the nats-server, and started it again');
      } else if (fault === 'upgrade') {
        upgrades++;
        codes.push(await worker.end('SIGTERM'));
        say(`${worker.name} has handed over`);
        again(place);
      } else {
        // The next fault does not wait for the end of this one.
        const { taken, upToDate } = await kill(rig, worker, all);
        const first = taken.then(() => {
          again(place);
        });
        measured.push(
          Promise.all([taken, upToDate, first]).then(([takenMs, upToDateMs]) => {
            takeovers.push({ takenMs, upToDateMs });
            say(`killed ${worker.name}: taken over after ${takenMs} ms, up to date after ${upToDateMs} ms`);
          }),
        );
      }
    }
    await Promise.all(measured);
    await published;
    say('waiting for the last checkpoints');
    const { stop, ended } = every(PROGRESS_MS, async () => {
      say(`${await behind(rig)} readings are in no checkpoint yet`);
    });
    const saved = await within(SAVED_MS, () => isSaved(rig));
    stop();
    await ended;
    if (!saved) throw new Error('readings were in no checkpoint after 10 min');
    for (const worker of running) codes.push(await worker.end('SIGTERM'));
    say('comparing');
    const verdict = await judge(rig, sizes);
    return { ...verdict, upgrades, servers, takeovers, codes };
  } finally {
    await rig.stop();
  }
}

/** Kills a worker; the times until others have its partitions, and until they have processed all that was stored in them. */
async function kill(
  rig: FleetRig,
  worker: WorkerProcess,
  all: readonly WorkerProcess[],
): Promise<{ readonly taken: Promise<number>; readonly upToDate: Promise<number> }> {
  const before = await rig.records();
  const lost = before.flatMap((record, n) => (record?.owner === worker.name ? [n] : []));
  const at = Date.now();
  await worker.end('SIGKILL');
  /** When the last of its partitions has this line in the log of another worker. */
  const when = (text: string): number => {
    const lines = all.filter((each) => each !== worker).flatMap((each) => each.log());
    const times = lost.map((n) => {
      const line = lines.find(
        ({ partition, time, msg }) => partition === n && msg === text && Date.parse(String(time)) >= at,
      );
      return line === undefined ? Infinity : Date.parse(String(line['time']));
    });
    return Math.max(0, ...times.map((time) => time - at));
  };
  const wait = async (text: string): Promise<number> => {
    await within(LIMIT_MS, () => Number.isFinite(when(text)));
    return when(text);
  };
  return { taken: wait('partition taken'), upToDate: wait(UP_TO_DATE) };
}

export interface RebalanceResult {
  /** From the start of the further workers until all have their share. */
  readonly ms: number;
  readonly shares: readonly number[];
}

/** One worker has all partitions; then there are `workers`. */
export async function rebalance(partitions: number, workers: number, limitMs: number): Promise<RebalanceResult> {
  const rig = await startFleet({ partitions, maxSeries: 10, checkpointSec: 10, namespaces: 0 });
  try {
    rig.start(1);
    const haveShares = async (count: number): Promise<boolean> => {
      const shares = [...sharesOf(await rig.records()).values()];
      const free = partitions - shares.reduce((sum, share) => sum + share, 0);
      return free === 0 && shares.length === count && Math.max(...shares) <= Math.ceil(partitions / count);
    };
    if (!(await within(30_000, () => haveShares(1)))) throw new Error('one worker did not take all partitions');
    const begin = performance.now();
    for (let place = 2; place <= workers; place++) rig.start(place);
    await within(limitMs, () => haveShares(workers));
    return { ms: Math.round(performance.now() - begin), shares: [...sharesOf(await rig.records()).values()].sort() };
  } finally {
    await rig.stop();
  }
}

import { memoryLimits } from '../../io/files/memory-limits.ts';
import { openBroker, type Connection } from '../../io/mqtt/broker.ts';
import type { Log } from '../../log.ts';
import type { Kernel } from '../../nn/kernel.ts';
import { brokerOptions } from '../broker-options.ts';
import { LogRing, secretsOf } from '../dashboard/log-ring.ts';
import { MemoryRoom } from '../health/memory-room.ts';
import { bytesOf } from '../health/service-health.ts';
import { SiteLearned } from '../learned/site-learned.ts';
import { Tallies } from '../pipeline/tallies.ts';
import type { ServiceManager } from '../service-manager/service-manager.ts';
import { openStore } from '../store.ts';
import { clocksOf } from './clocks.ts';
import { ServiceHistory } from './history.ts';
import { warnOfMemory } from './memory-warning.ts';
import type { SiteFile } from './site-file.ts';
import type { SiteInForce } from './site-in-force.ts';
import { serviceStores } from './stores.ts';
import { thisProcess } from './this-process.ts';
import { ServiceThreads, type ServiceThreadsOptions } from './threads.ts';

export interface ServiceOptions {
  readonly log: Log;
  /** Where the networks run in SIMD; null for Float64. */
  readonly kernel: Kernel | null;
  /** The present, epoch ms. The demo lives in its own time, where the timer that finds silence would be wrong. */
  readonly now?: () => number;
  /** The site file, where it can be read again. */
  readonly file?: SiteFile;
  /** Where systemd started the service. */
  readonly manager?: ServiceManager | undefined;
}

/** What the parts call; none of it before all of them are open. */
export interface PartsHandlers {
  /** Only a restart of the service helps. */
  readonly onFailure: (error: unknown) => void;
  /** Frees space on a full disk; true if it freed some. */
  readonly makeRoom: () => boolean;
  readonly onBusy: ServiceThreadsOptions['onBusy'];
}

/** The parts of a service that last as long as the process: a reload leaves them open. */
export type ServiceParts = ReturnType<typeof openParts>;

/**
 * Opens the database, and makes the broker, which connects when it is started, and all that stands on both: the ledger with its stores,
 * worker threads, clocks, counts. Throws an `AppError` where the database cannot be used.
 */
export const openParts = (inForce: SiteInForce, options: ServiceOptions, handlers: PartsHandlers) => {
  const { log: ownLog, kernel, file, manager } = options;
  const { site } = inForce;
  const now = options.now ?? Date.now;
  const ring = new LogRing(now, () => secretsOf(inForce.site));
  const log = ring.over(ownLog);
  manager?.opening(bytesOf(site.database));
  const store = openStore(site, log, now());
  const broker = openBroker({
    ...brokerOptions(site, log, now),
    isCommand: (topic) => inForce.isCommand(topic),
    ...(manager === undefined ? {} : { onListening: manager.listening }),
  });
  const threads = new ServiceThreads({
    simd: kernel !== null,
    log,
    onLost: handlers.onFailure,
    onBusy: handlers.onBusy,
  });
  threads.use(site);
  const stores = serviceStores(store.db, broker, {
    everyMs: site.commit.every,
    makeRoom: handlers.makeRoom,
    settle: () => {
      threads.settle();
    },
    log,
    onUnusable: handlers.onFailure,
  });
  const { ledger } = stores;
  const learned = new SiteLearned({ broker, topics: () => inForce.topics, ledger, now });

  let connection: Connection = { state: 'connecting' };
  broker.connection$.subscribe((next) => {
    connection = next;
    if (next.state === 'connected' && !next.sessionPresent) ledger.newSession();
  });
  const { wake$, clock$, idle$ } = clocksOf(broker, site.mqtt.connectTimeout, now);
  const room = new MemoryRoom(memoryLimits(), () => performance.now());
  warnOfMemory(store.snapshots.streams().length, room.limits, log);
  const realTime = { clock$, idle$, processor: thisProcess(), hasRoom: () => room.hasRoom() };
  return {
    /** `ring` has the last lines of `log`, for the dashboard; what only `ownLog` says is not shown there. */
    ...{ log, ownLog, ring, kernel, now, file, manager, store, broker, threads, stores, learned, wake$, room },
    onFailure: handlers.onFailure,
    connection: (): Connection => connection,
    /** For a pipeline in real time; nothing for the demo. */
    live: options.now === undefined ? realTime : {},
    tallies: new Tallies(),
    histories: new ServiceHistory(store.db, log),
  };
};

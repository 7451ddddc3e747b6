import type { Site } from '../config/schema/site.ts';
import type { Connection } from '../io/mqtt/broker.ts';
import { serviceSources } from './service-manager/sources.ts';
import { openParts, type ServiceOptions } from './service/parts.ts';
import { RunningSite } from './service/running-site.ts';
import { SiteInForce } from './service/site-in-force.ts';
import { keepTidy } from './tidying.ts';

export interface Service {
  /** Readings taken in so far. */
  readonly readings: number;
  readonly connection: Connection['state'];
  /** Rejects when the pipeline fails; never resolves. */
  readonly failure: Promise<never>;
  /** Puts the site file in force, if it has no mistake; the log lists the changes. `cause`: for the log. */
  reload(cause: string): void;
  /** Saves everything and publishes `offline`; ends within 3 s, with or without a broker. */
  stop(): Promise<void>;
}

/** Opens the database, connects, and runs the pipeline until stopped. Throws an `AppError` when it cannot start. */
export function startService(first: Site, options: ServiceOptions): Service {
  let fail!: (error: unknown) => void;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const inForce = new SiteInForce(first);
  const parts = openParts(inForce, options, {
    onFailure: fail,
    onBusy: () => running.restartPipeline(),
    makeRoom: () => running.housekeeping.makeRoom(parts.now()),
  });
  const running = new RunningSite(inForce, parts);
  const { now, store, broker, threads, stores, learned, tallies, histories, connection, manager } = parts;
  const { ledger, outbox, written } = stores;

  // The journal is replayed before the broker can deliver new messages.
  running.run();
  outbox.resume();
  running.announce();
  broker.start();
  running.serve();
  const { figures, monitor } = running.health;
  const offline = (): string | null => {
    const present = connection();
    return present.state === 'offline' ? present.reason : null;
  };
  manager?.begin(serviceSources({ ...figures, ledger }, monitor, offline));
  const stopTidying = keepTidy(() => {
    written.tick();
    const more = histories.step(now());
    return running.housekeeping.step(now()) || more;
  }, fail);

  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    stopTidying();
    learned.stop();
    await running.stop();
    written.save();
    ledger.commit();
    await broker.close();
    // Alerts that were sent meanwhile must not be sent again.
    ledger.commit();
    ledger.close();
    histories.close();
    await threads.close();
    store.db.close();
  };

  return {
    get readings() {
      return tallies.readings;
    },
    get connection() {
      return connection().state;
    },
    failure,
    reload: (cause) => {
      running.reload(cause);
    },
    stop: () => (stopped ??= stop()),
  };
}

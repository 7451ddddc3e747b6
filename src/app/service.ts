import { EMPTY, filter, interval, map, switchMap } from 'rxjs';
import type { Site } from '../config/schema.ts';
import { AnomalyLog } from '../io/anomaly-log.ts';
import { Ballast } from '../io/ballast.ts';
import { openBroker, type BrokerOptions, type Connection } from '../io/broker.ts';
import { AlertOutbox } from '../io/ledger/alert-outbox.ts';
import { Ledger } from '../io/ledger/ledger.ts';
import { alertsOver, statusTopic } from '../io/mqtt-alerts.ts';
import { openRecovered } from '../io/recovery.ts';
import { SnapshotStore } from '../io/snapshot-store.ts';
import type { Kernel } from '../nn/kernel.ts';
import { covers } from '../stream/topic-filter.ts';
import type { Note } from './note.ts';
import { pipeline, type Processor } from './pipeline.ts';

export interface ServiceOptions {
  readonly note: Note;
  /** Where the networks run in SIMD; null for Float64. */
  readonly kernel: Kernel | null;
  /** The present, epoch ms. The demo lives in its own time, where the timer that finds silence would be wrong. */
  readonly now?: () => number;
}

export interface Service {
  /** Readings taken in so far. */
  readonly readings: number;
  readonly connection: Connection['state'];
  /** Rejects when the pipeline fails; never resolves. */
  readonly failure: Promise<never>;
  /** Saves everything and says `offline`; ends within 3 s, broker up or down. */
  stop(): Promise<void>;
}

const CLOCK_MS = 5_000;

const thisProcess = (): Processor => {
  let before = performance.eventLoopUtilization();
  return {
    uptime: () => performance.now(),
    utilisation: () => {
      const { utilization } = performance.eventLoopUtilization(before);
      before = performance.eventLoopUtilization();
      return utilization;
    },
  };
};

/** What to subscribe to. A message that two subscriptions match comes twice, so one that another covers is left out. */
const filtersOf = ({ inputs }: Site): string[] => {
  const topics = [...new Set(inputs.map(({ topic }) => topic))];
  return topics.filter((topic) => !topics.some((other) => other !== topic && covers(other, topic)));
};

export const brokerOptions = (site: Site, note: Note, now: () => number): BrokerOptions => {
  const { mqtt } = site;
  return {
    url: mqtt.url,
    username: mqtt.username,
    password: mqtt.password,
    clientId: mqtt.clientId,
    protocol: mqtt.protocol,
    keepaliveMs: mqtt.keepalive,
    connectTimeoutMs: mqtt.connectTimeout,
    tls: mqtt.tls,
    filters: filtersOf(site),
    statusTopic: statusTopic(mqtt.prefix, site.site),
    ownTopics: `${mqtt.prefix}/`,
    now,
    onNote: note,
  };
};

/** Opens the database, connects, and runs the pipeline until stopped. Throws an `AppError` when it cannot start. */
export function startService(site: Site, { note, kernel, now }: ServiceOptions): Service {
  const db = openRecovered(site.database, (now ?? Date.now)(), ({ damaged, problem, salvaged }) => {
    const { anomalies, incidents, streams } = salvaged;
    note(
      'error',
      { code: 'database_damaged', database: site.database, damaged, problem, anomalies, incidents, streams },
      'the database was damaged: it was moved aside, and what could be read of it is in a new one',
    );
  });
  const anomalyLog = new AnomalyLog(db, {
    quarantineRows: site.quarantine.rows,
    onQuarantineFull: () => {
      note('warn', { rows: site.quarantine.rows }, 'the quarantine is full: from now on the newest replace the oldest');
    },
  });
  const broker = openBroker(brokerOptions(site, note, now ?? Date.now));
  let fail: (error: unknown) => void;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const ballast = new Ballast(site.database);
  ballast.restore();
  const ledger = new Ledger(db, {
    everyMs: site.commit.every,
    acknowledge: (receipts) => {
      broker.acknowledge(receipts);
    },
    onNote: note,
    ballast,
    onDamage: (error) => {
      fail(error);
    },
  });
  const outbox = new AlertOutbox(db, ledger, (topic, payload, gone) => {
    broker.publishEvent(topic, payload, gone);
  });
  const ports = {
    messages$: broker.messages$,
    alerts: alertsOver(broker, outbox, site.mqtt.prefix, site.site),
    anomalyLog,
    snapshots: new SnapshotStore(db),
    ledger,
  };

  let readings = 0;
  let state: Connection['state'] = 'connecting';
  broker.connection$.subscribe((connection) => {
    state = connection.state;
    if (connection.state === 'connected' && !connection.sessionPresent) ledger.newSession();
  });
  // Time goes by for sensors while they can be heard: who is cut off from them must not call all of them dead.
  const connected$ = broker.connection$.pipe(map((connection) => connection.state === 'connected'));
  const present = now ?? Date.now;
  const wake$ = connected$.pipe(filter(Boolean), map(present));
  const clock$ =
    now === undefined
      ? connected$.pipe(
          switchMap((on) => (on ? interval(CLOCK_MS) : EMPTY)),
          map(present),
        )
      : EMPTY;
  const subscription = pipeline(site, ports, {
    note,
    kernel,
    clock$,
    wake$,
    ...(now === undefined ? { processor: thisProcess() } : {}),
  }).subscribe({
    next: () => {
      readings++;
    },
    error: (error: unknown) => {
      fail(error);
    },
  });
  outbox.resume();
  broker.start();

  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    subscription.unsubscribe();
    ledger.commit();
    await broker.close();
    // What went out meanwhile must not go out again.
    ledger.commit();
    ledger.close();
    db.close();
  };

  return {
    get readings() {
      return readings;
    },
    get connection() {
      return state;
    },
    failure,
    stop: () => (stopped ??= stop()),
  };
}

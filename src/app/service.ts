import { EMPTY, filter, interval, map, switchMap } from 'rxjs';
import type { Site } from '../config/schema.ts';
import { openBroker, type BrokerOptions, type Connection } from '../io/mqtt/broker.ts';
import { commandTopics, type CommandTopics } from '../io/mqtt/command-topics.ts';
import { AlertOutbox } from '../io/ledger/alert-outbox.ts';
import { Ledger } from '../io/ledger/ledger.ts';
import { RetainedStates } from '../io/ledger/retained-states.ts';
import { alertsOver, seriesOfTopic, statusTopic } from '../io/mqtt/alerts.ts';
import type { Kernel } from '../nn/kernel.ts';
import { covers } from '../stream/topic-filter.ts';
import type { Log } from '../log.ts';
import { waitingCommands } from '../io/sqlite/command-inbox.ts';
import { CommandLog } from '../io/sqlite/command-log.ts';
import { calendarsOf } from './calendars.ts';
import { NotificationTable } from '../io/sqlite/notification-table.ts';
import { requestsOf } from './command-requests.ts';
import { homeAssistant } from './home-assistant/home-assistant.ts';
import { serviceHealth } from './health/service-health.ts';
import { Notifier } from './notify/notifier.ts';
import type { Processor } from './pipeline/overload-control.ts';
import { pipeline } from './pipeline.ts';
import { plansOf } from './pipeline/streams.ts';
import { Tallies } from './pipeline/tallies.ts';
import { openStore } from './store.ts';

export interface ServiceOptions {
  readonly log: Log;
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
  /** Saves everything and publishes `offline`; ends within 3 s, with or without a broker. */
  stop(): Promise<void>;
}

const CLOCK_MS = 5_000;
/** Interval of the housekeeping; while rows have to be deleted, a part of them every second. */
const TIDY_MS = 60_000;
const MORE_TO_TIDY_MS = 1_000;

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

/** Null where commands over MQTT are off. */
const commandTopicsOf = ({ commands, mqtt, site }: Site): CommandTopics | null =>
  commands.mqtt ? commandTopics(mqtt.prefix, site) : null;

/** The topic filters to subscribe to. A filter that another one covers is left out: its messages would arrive twice. */
const filtersOf = (site: Site): string[] => {
  const topics = [
    ...new Set([
      ...site.inputs.map(({ topic }) => topic),
      ...(commandTopicsOf(site)?.filters ?? []),
      ...(site.homeAssistant.enabled ? [site.homeAssistant.birthTopic] : []),
    ]),
  ];
  return topics.filter((topic) => !topics.some((other) => other !== topic && covers(other, topic)));
};

export const brokerOptions = (site: Site, log: Log, now: () => number): BrokerOptions => {
  const { mqtt } = site;
  const topics = commandTopicsOf(site);
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
    isCommand: (topic) => topics?.accepts(topic) ?? false,
    now,
    timeZone: site.timezone,
    log,
  };
};

/**
 * A series that the site file cannot name any more keeps no retained state on the broker. One that a wildcard input
 * could still produce keeps its state, even if no message of it has arrived in this run.
 */
const clearRemoved = (site: Site, states: RetainedStates, log: Log): void => {
  const removed = states.topics
    .map((topic) => ({ topic, series: seriesOfTopic(topic, site.mqtt.prefix, site.site) }))
    .filter(({ series }) => series !== null && plansOf(site, series).length === 0);
  if (removed.length === 0) return;
  for (const { topic } of removed) states.clear(topic);
  log(
    'info',
    { series: removed.map(({ series }) => series) },
    'series no longer in the site file: their retained states are removed from the broker',
  );
};

/** Opens the database, connects, and runs the pipeline until stopped. Throws an `AppError` when it cannot start. */
export function startService(site: Site, { log, kernel, now }: ServiceOptions): Service {
  const present = now ?? Date.now;
  const { db, anomalyLog, snapshots, housekeeping } = openStore(site, log, present());
  const broker = openBroker(brokerOptions(site, log, present));
  let fail: (error: unknown) => void;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const ledger = new Ledger(db, {
    everyMs: site.commit.every,
    acknowledge: (receipts) => {
      broker.acknowledge(receipts);
    },
    makeRoom: () => housekeeping.makeRoom(present()),
    log,
    onUnusable: (error) => {
      fail(error);
    },
  });
  const outbox = new AlertOutbox(db, ledger, (topic, payload, onSettled) => {
    broker.publishEvent(topic, payload, onSettled);
  });
  const states = new RetainedStates(db, ledger, broker);
  const home = homeAssistant(site, { broker, states, log });
  const notifier = new Notifier({ site, table: new NotificationTable(db), ledger, now: present, log });
  const alerts = notifier.over(home.over(alertsOver(outbox, states, site.mqtt.prefix, site.site)));
  const topics = commandTopicsOf(site);
  const commandLog = new CommandLog(db);
  const requests$ = requestsOf({
    waiting$: waitingCommands(db, commandLog),
    messages$: broker.messages$,
    topics,
    publish: (topic, payload) => {
      broker.publishEvent(topic, payload);
    },
    now: present,
  });
  const messages$ = broker.messages$.pipe(
    filter(({ topic }) => topics?.accepts(topic) !== true && !home.accepts(topic)),
  );
  const { schedule, isHoliday } = calendarsOf(site);
  const ports = {
    messages$,
    alerts,
    anomalyLog,
    snapshots,
    ledger,
    commands: { requests$, log: commandLog },
    ...(schedule.isEmpty ? {} : { maintenance: schedule }),
  };

  let state: Connection['state'] = 'connecting';
  broker.connection$.subscribe((connection) => {
    state = connection.state;
    if (connection.state === 'connected' && !connection.sessionPresent) ledger.newSession();
  });
  // The clock of the silence detectors runs only while connected: without a broker no sensor can be called silent.
  const connected$ = broker.connection$.pipe(map((connection) => connection.state === 'connected'));
  const wake$ = connected$.pipe(filter(Boolean), map(present));
  const ticks$ = connected$.pipe(switchMap((connected) => (connected ? interval(CLOCK_MS) : EMPTY)));
  const real = { clock$: ticks$.pipe(map(present)), processor: thisProcess() };

  const tallies = new Tallies();
  const health = serviceHealth({
    site,
    broker,
    ledger,
    tallies,
    connection: () => state,
    targets: () => notifier.targets,
    onProblem: (phase, problem, at) => {
      notifier.problem(phase, problem, at);
    },
    now: present,
    log,
  });

  // The journal is replayed before the broker can deliver new messages.
  const subscription = pipeline(site, ports, {
    log,
    kernel,
    listening$: wake$,
    tallies,
    onStart: health.watch,
    isHoliday,
    ...(now === undefined ? real : {}),
  }).subscribe({
    error: (error: unknown) => {
      fail(error);
    },
  });
  outbox.resume();
  notifier.start();
  clearRemoved(site, states, log);
  home.start();
  broker.start();
  health.start();

  let tidying: NodeJS.Timeout;
  const tidy = (): void => {
    try {
      tidying = setTimeout(tidy, housekeeping.step(present()) ? MORE_TO_TIDY_MS : TIDY_MS);
    } catch (error) {
      fail(error);
    }
  };
  tidy();

  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    clearTimeout(tidying);
    home.stop();
    await Promise.all([health.stop(), notifier.stop()]);
    subscription.unsubscribe();
    ledger.commit();
    await broker.close();
    // Alerts that were sent meanwhile must not be sent again.
    ledger.commit();
    ledger.close();
    db.close();
  };

  return {
    get readings() {
      return tallies.readings;
    },
    get connection() {
      return state;
    },
    failure,
    stop: () => (stopped ??= stop()),
  };
}

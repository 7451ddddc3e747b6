import { filter, merge, skip, type Subscription } from 'rxjs';
import type { Site } from '../config/schema.ts';
import { openBroker, type Connection } from '../io/mqtt/broker.ts';
import { alertsOver } from '../io/mqtt/alerts.ts';
import type { Kernel } from '../nn/kernel.ts';
import type { Log } from '../log.ts';
import { waitingCommands } from '../io/sqlite/command-inbox.ts';
import { memoryLimits } from '../io/files/memory-limits.ts';
import { brokerOptions, commandTopicsOf, filtersOf } from './broker-options.ts';
import { calendarsOf, type Calendars } from './calendars.ts';
import { requestsOf } from './command-requests.ts';
import { LogRing, secretsOf } from './dashboard/log-ring.ts';
import { DashboardRequests } from './dashboard/requests.ts';
import { MemoryRoom } from './health/memory-room.ts';
import { bytesOf, serviceHealth } from './health/service-health.ts';
import { serviceHttp, type ServiceHttp } from './http/service-http.ts';
import { SiteLearned } from './learned/site-learned.ts';
import { notifications, type Notifications } from './notify/notifications.ts';
import type { PipelineControl, Resumed } from './pipeline/control.ts';
import type { Stream } from './pipeline/stream.ts';
import { pipeline } from './pipeline.ts';
import { Tallies } from './pipeline/tallies.ts';
import { homeAssistant, type HomeAssistant } from './home-assistant/home-assistant.ts';
import { Reloader } from './reload/reloader.ts';
import { SiteWatch } from './reload/site-watch.ts';
import type { ServiceManager } from './service-manager/service-manager.ts';
import { serviceSources } from './service-manager/sources.ts';
import { clocksOf } from './service/clocks.ts';
import { ServiceHistory } from './service/history.ts';
import { clearRemoved } from './service/removed-series.ts';
import type { SiteFile } from './service/site-file.ts';
import { warnOfMemory } from './service/memory-warning.ts';
import { thisProcess } from './service/this-process.ts';
import { ServiceThreads } from './service/threads.ts';
import { serviceStores } from './service/stores.ts';
import { limitedStores, openStore } from './store.ts';
import { behind } from './service/behind.ts';
import { keepTidy } from './tidying.ts';

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
export function startService(first: Site, { log: ownLog, kernel, now, file, manager }: ServiceOptions): Service {
  const present = now ?? Date.now;
  const ring = new LogRing(present, () => secretsOf(site));
  const log = ring.over(ownLog);
  let site = first;
  let calendars = calendarsOf(site);
  let topics = commandTopicsOf(site);
  manager?.opening(bytesOf(site.database));
  const { db, snapshots, ...limited } = openStore(site, log, present());
  let { anomalyLog, housekeeping } = limited;
  const isCommand = (topic: string): boolean => topics?.accepts(topic) === true || topic === topics?.importTopic;
  const onListening = manager === undefined ? {} : { onListening: manager.listening };
  const broker = openBroker({ ...brokerOptions(site, log, present), isCommand, ...onListening });
  let fail: (error: unknown) => void;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const threads = new ServiceThreads({
    simd: kernel !== null,
    log,
    onLost: (error) => {
      fail(error);
    },
    onBusy: () => apply(site, calendars),
  });
  threads.use(site);
  const stores = serviceStores(db, broker, {
    everyMs: site.commit.every,
    makeRoom: () => housekeeping.makeRoom(present()),
    settle: () => {
      threads.settle();
    },
    log,
    onUnusable: (error) => {
      fail(error);
    },
  });
  const { ledger, outbox, states, dialects, signals, commandLog, notificationTable, written } = stores;
  const learned = new SiteLearned({ broker, topics: () => topics, ledger, now: present });
  const published = alertsOver(outbox, states, site.mqtt.prefix, site.site);
  let home: HomeAssistant = homeAssistant(site, { broker, states, signals, log });
  const notificationsOf = (of: Site): Notifications =>
    notifications({ site: of, table: notificationTable, ledger, now: present, log });
  let notify = notificationsOf(site);
  const messages$ = broker.messages$.pipe(filter(({ topic }) => !isCommand(topic) && !home.accepts(topic)));

  let state: Connection['state'] = 'connecting';
  let offline: string | null = null;
  broker.connection$.subscribe((connection) => {
    state = connection.state;
    offline = connection.state === 'offline' ? connection.reason : null;
    if (connection.state === 'connected' && !connection.sessionPresent) ledger.newSession();
  });
  const { wake$, clock$, idle$ } = clocksOf(broker, site.mqtt.connectTimeout, present);
  const room = new MemoryRoom(memoryLimits(), () => performance.now());
  warnOfMemory(snapshots.streams().length, room.limits, log);
  const real = { clock$, idle$, processor: thisProcess(), hasRoom: () => room.hasRoom() };

  const tallies = new Tallies();
  const health = serviceHealth({
    writtenDay: () => written.written,
    memory: () => room.use,
    site,
    broker,
    ledger,
    tallies,
    connection: () => state,
    targets: () => notify.targets(),
    onProblem: (phase, problem, at) => {
      notify.problem(phase, problem, at);
    },
    now: present,
    log,
  });
  const pages = new DashboardRequests(present);
  const httpOf = (of: Site): ServiceHttp =>
    serviceHttp({
      http: of.http,
      health,
      sources: {
        site: () => site,
        schedule: () => calendars.schedule,
        file: file ?? null,
        now: present,
        pipeline: health.figures.pipeline,
        db,
        figures: health.figures,
        health: health.monitor,
        log: ring,
        request: pages.request,
      },
      log,
      sayOnce: ownLog,
    });
  let http = httpOf(site);

  const histories = new ServiceHistory(db, log);
  let subscription: Subscription;
  let control: PipelineControl;
  /** Starts the pipeline of the present site; `resumed`: behind another one, on the same connection. */
  const run = (resumed?: Resumed): void => {
    const ofMessages$ = requestsOf({
      waiting$: waitingCommands(db, commandLog),
      messages$: broker.messages$,
      topics,
      publish: (topic, payload) => {
        broker.publishEvent(topic, payload);
      },
      now: present,
    });
    const requests$ = merge(ofMessages$, learned.requests$, notify.requests$, pages.requests$);
    const reload = reloader === null ? {} : { reload: () => reloader.request('command') };
    const commands = { requests$, log: commandLog, ...learned.port, ...reload };
    const { schedule, isHoliday, holidaysKey } = calendars;
    const maintenance = schedule.isEmpty ? {} : { maintenance: schedule };
    const request = (topic: string, payload: Uint8Array): void => {
      broker.send(topic, payload);
    };
    const formats = { memory: dialects, ...(site.sparkplug.rebirth ? { publish: request } : {}) };
    const historyPort = histories.of(site);
    const history = historyPort === null ? {} : { history: historyPort };
    const alerts = notify.over(home.over(published));
    const ports = {
      messages$,
      alerts,
      anomalyLog,
      snapshots,
      ledger,
      signals,
      formats,
      commands,
      ...maintenance,
      ...history,
    };
    const sameConnection = resumed !== undefined && state === 'connected';
    subscription = pipeline(site, ports, {
      log,
      kernel,
      // The present connection is known; it is no new one.
      listening$: sameConnection ? wake$.pipe(skip(1)) : wake$,
      tallies,
      ...(resumed === undefined ? {} : { resumed }),
      ...(threads.current === null ? {} : { threads: threads.current }),
      onControl: (started) => {
        control = started;
      },
      onStart: health.watch,
      ...(manager === undefined ? {} : { onReplayed: manager.replayed }),
      isHoliday,
      holidaysKey,
      ...(now === undefined ? real : {}),
    }).subscribe({
      error: (error: unknown) => {
        fail(error);
      },
    });
  };

  /**
   * Replaces the pipeline by that of another site. All of it is in one turn of the event loop: no message can arrive between the
   * last one of the old pipeline and the first one of the new.
   */
  const apply = (next: Site, read: Calendars): boolean => {
    const before = control.now();
    const all = control.keep(next, read.holidaysKey);
    const kept = threads.fits(next) ? all : { ...all, monitors: new Map<string, Stream>() };
    control.save(Number.isFinite(before) ? before : present(), kept);
    if (!ledger.commit()) return false; // the streams are saved when the database can be written again
    control.handOver();
    subscription.unsubscribe();
    const old = site;
    site = next;
    calendars = read;
    topics = commandTopicsOf(site);
    ({ anomalyLog, housekeeping } = limitedStores(db, site, log));
    threads.use(site);
    ledger.commitEvery(site.commit.every);
    file?.setLogLevel(site.log.level);
    health.useSite(site);
    home.stop();
    home = homeAssistant(site, { broker, states, signals, log });
    const differs = (...keys: readonly (keyof Site)[]): boolean =>
      keys.some((key) => JSON.stringify(old[key]) !== JSON.stringify(next[key]));
    if (differs('notify', 'groups')) notify = behind(notify, notificationsOf(site));
    if (differs('http')) http = behind(http, httpOf(site));
    run({ at: before, seq: ledger.seq, kept });
    broker.listenTo(filtersOf(site));
    clearRemoved(site, states, signals, log);
    home.start();
    watch.begin(site);
    return true;
  };
  const reloader: Reloader | null =
    file === undefined
      ? null
      : new Reloader({
          load: file.load,
          present: () => site,
          withOtherNetwork: (next) => control.streams.withOtherNetwork(next),
          apply,
          counts: tallies.reloads,
          onBegin: manager?.reloading,
          onEnd: manager?.reloaded,
          log,
        });
  const watch = new SiteWatch(
    () => file?.paths ?? [],
    () => {
      reloader?.request('file');
    },
  );

  // The journal is replayed before the broker can deliver new messages.
  run();
  if (file !== undefined) watch.begin(site);
  outbox.resume();
  notify.start();
  clearRemoved(site, states, signals, log);
  home.start();
  broker.start();
  health.start();
  http.start();
  manager?.begin(serviceSources({ ...health.figures, ledger }, health.monitor, () => offline));

  const stopTidying = keepTidy(() => {
    written.tick();
    const more = histories.step(present());
    return housekeeping.step(present()) || more;
  }, fail!);

  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    stopTidying();
    reloader?.stop();
    watch.stop();
    home.stop();
    health.stop();
    learned.stop();
    await Promise.all([http.stop(), notify.stop()]);
    subscription.unsubscribe();
    written.save();
    ledger.commit();
    await broker.close();
    // Alerts that were sent meanwhile must not be sent again.
    ledger.commit();
    ledger.close();
    histories.close();
    await threads.close();
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
    reload: (cause) => {
      reloader?.request(cause);
    },
    stop: () => (stopped ??= stop()),
  };
}

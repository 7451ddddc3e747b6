import { merge, skip, type Subscription } from 'rxjs';
import type { Site } from '../../config/schema/site.ts';
import { alertsOver } from '../../io/mqtt/alerts.ts';
import type { Housekeeping } from '../../io/sqlite/upkeep/housekeeping.ts';
import type { AlertPort } from '../../stream/ports/ports.ts';
import { filtersOf } from '../broker-options.ts';
import type { Calendars } from '../calendars.ts';
import { DashboardRequests } from '../dashboard/requests.ts';
import { serviceHealth, type ServiceHealth } from '../health/service-health.ts';
import { homeAssistant, type HomeAssistant } from '../home-assistant/home-assistant.ts';
import { serviceHttp, type ServiceHttp } from '../http/service-http.ts';
import { notifications, type Notifications } from '../notify/notifications.ts';
import { pipeline } from '../pipeline.ts';
import type { PipelineControl, Resumed } from '../pipeline/control.ts';
import type { Stream } from '../pipeline/stream.ts';
import { Reloader } from '../reload/reloader.ts';
import { SiteWatch } from '../reload/site-watch.ts';
import { limitedStores, type LimitedStores } from '../store.ts';
import { behind } from './behind.ts';
import type { ServiceParts } from './parts.ts';
import { clearRemoved } from './removed-series.ts';
import { servicePorts } from './service-ports.ts';
import type { SiteInForce } from './site-in-force.ts';

/** The pipeline of the site in force, and the other parts of a service that a reload replaces or changes. */
export class RunningSite {
  readonly health: ServiceHealth;
  private readonly inForce: SiteInForce;
  private readonly parts: ServiceParts;
  private readonly published: AlertPort;
  private readonly pages: DashboardRequests;
  /** Null where no site file can be read again. */
  private readonly reloader: Reloader | null;
  private readonly watch: SiteWatch | null;
  private limited: LimitedStores;
  private home: HomeAssistant;
  private notify: Notifications;
  private http: ServiceHttp;
  /** Of the present pipeline. */
  private subscription!: Subscription;
  private control!: PipelineControl;

  constructor(inForce: SiteInForce, parts: ServiceParts) {
    this.inForce = inForce;
    this.parts = parts;
    const { site } = inForce;
    const { log, now, broker, store, stores, tallies, room } = parts;
    const { ledger, outbox, states, written } = stores;
    this.limited = store;
    this.published = alertsOver(outbox, states, site.mqtt.prefix, site.site);
    this.home = this.homeOf(site);
    this.notify = this.notificationsOf(site);
    this.health = serviceHealth({
      ...{ site, broker, ledger, tallies, now, log },
      writtenDay: () => written.written,
      memory: () => room.use,
      connection: () => parts.connection().state,
      targets: () => this.notify.targets(),
      onProblem: (phase, problem, at) => {
        this.notify.problem(phase, problem, at);
      },
    });
    this.pages = new DashboardRequests(now);
    this.http = this.httpOf(site);
    this.reloader = this.reloaderOf();
    this.watch = this.watchOf();
  }

  /** With the limits of the present site. */
  get housekeeping(): Housekeeping {
    return this.limited.housekeeping;
  }

  /** Starts the pipeline, which first replays the journal of the last run. */
  run(): void {
    this.runPipeline();
    this.watch?.begin(this.inForce.site);
  }

  /** Starts the notifications. Removes retained states of series that are gone, and announces the site to Home Assistant. */
  announce(): void {
    const { log, stores } = this.parts;
    this.notify.start();
    clearRemoved(this.inForce.site, stores.states, stores.signals, log);
    this.home.start();
  }

  /** Reports health, and opens the HTTP server. */
  serve(): void {
    this.health.start();
    this.http.start();
  }

  /** Puts the site file in force, if it has no mistake. `cause`: for the log. */
  reload(cause: string): void {
    this.reloader?.request(cause);
  }

  /** Replaces the pipeline by another one of the same site. False where its streams cannot be saved now: then nothing has changed. */
  restartPipeline(): boolean {
    return this.apply(this.inForce.site, this.inForce.calendars);
  }

  /** Ends the pipeline last: it passes its streams to the ledger, whose next commit saves them. */
  async stop(): Promise<void> {
    this.reloader?.stop();
    this.watch?.stop();
    this.home.stop();
    this.health.stop();
    await Promise.all([this.http.stop(), this.notify.stop()]);
    this.subscription.unsubscribe();
  }

  /**
   * Replaces the pipeline by that of another site; false where its streams cannot be saved now. All of it is in one turn of the event
   * loop: no message can arrive between the last one of the old pipeline and the first one of the new.
   */
  private apply(next: Site, calendars: Calendars): boolean {
    const { inForce, control } = this;
    const { log, now, store, broker, stores, threads, file } = this.parts;
    const { ledger, states, signals } = stores;
    const before = control.now();
    const all = control.keep(next, calendars.holidaysKey);
    const kept = threads.fits(next) ? all : { ...all, monitors: new Map<string, Stream>() };
    control.save(Number.isFinite(before) ? before : now(), kept);
    if (!ledger.commit()) return false; // the streams are saved when the database can be written again
    control.handOver();
    this.subscription.unsubscribe();
    const old = inForce.site;
    inForce.use(next, calendars);
    this.limited = limitedStores(store.db, next, store.clock, log);
    threads.use(next);
    ledger.commitEvery(next.commit.every);
    file?.setLogLevel(next.log.level);
    this.health.useSite(next);
    this.home.stop();
    this.home = this.homeOf(next);
    const differs = (...keys: readonly (keyof Site)[]): boolean =>
      keys.some((key) => JSON.stringify(old[key]) !== JSON.stringify(next[key]));
    if (differs('notify', 'groups')) this.notify = behind(this.notify, this.notificationsOf(next));
    if (differs('http')) this.http = behind(this.http, this.httpOf(next));
    this.runPipeline({ at: before, seq: ledger.seq, kept });
    broker.listenTo(filtersOf(next));
    clearRemoved(next, states, signals, log);
    this.home.start();
    this.watch?.begin(next);
    return true;
  }

  /** `resumed`: behind another pipeline, on the same connection. */
  private runPipeline(resumed?: Resumed): void {
    const { inForce, parts, home, notify, limited, health, reloader } = this;
    const { log, kernel, threads, tallies, wake$, manager, live, onFailure } = parts;
    const { isHoliday, holidaysKey } = inForce.calendars;
    const ports = servicePorts(inForce, parts, {
      alerts: notify.over(home.over(this.published)),
      anomalyLog: limited.anomalyLog,
      home,
      requests$: merge(notify.requests$, this.pages.requests$),
      ...(reloader === null ? {} : { reload: () => reloader.request('command') }),
    });
    const sameConnection = resumed !== undefined && parts.connection().state === 'connected';
    this.subscription = pipeline(inForce.site, ports, {
      log,
      kernel,
      // The present connection is known; it is no new one.
      listening$: sameConnection ? wake$.pipe(skip(1)) : wake$,
      tallies,
      ...(resumed === undefined ? {} : { resumed }),
      ...(threads.current === null ? {} : { threads: threads.current }),
      onControl: (started) => {
        this.control = started;
      },
      onStart: health.watch,
      ...(manager === undefined ? {} : { onReplayed: manager.replayed }),
      isHoliday,
      holidaysKey,
      ...live,
    }).subscribe({ error: onFailure });
  }

  private homeOf(site: Site): HomeAssistant {
    const { broker, stores, log } = this.parts;
    return homeAssistant(site, { broker, states: stores.states, signals: stores.signals, log });
  }

  private notificationsOf(site: Site): Notifications {
    const { stores, now, log } = this.parts;
    return notifications({ site, table: stores.notificationTable, ledger: stores.ledger, now, log });
  }

  private httpOf({ http }: Site): ServiceHttp {
    const { inForce, health, pages } = this;
    const { log, ownLog, ring, now, file, store } = this.parts;
    return serviceHttp({
      http,
      health,
      sources: {
        site: () => inForce.site,
        schedule: () => inForce.calendars.schedule,
        file: file ?? null,
        now,
        pipeline: health.figures.pipeline,
        db: store.db,
        figures: health.figures,
        health: health.monitor,
        log: ring,
        request: pages.request,
      },
      log,
      sayOnce: ownLog,
    });
  }

  private reloaderOf(): Reloader | null {
    const { file, manager, tallies, log } = this.parts;
    if (file === undefined) return null;
    return new Reloader({
      load: file.load,
      present: () => this.inForce.site,
      withOtherNetwork: (next) => this.control.streams.withOtherNetwork(next),
      apply: (next, calendars) => this.apply(next, calendars),
      counts: tallies.reloads,
      onBegin: manager?.reloading,
      onEnd: manager?.reloaded,
      log,
    });
  }

  private watchOf(): SiteWatch | null {
    const { file } = this.parts;
    if (file === undefined) return null;
    return new SiteWatch(
      () => file.paths,
      () => {
        this.reload('file');
      },
    );
  }
}

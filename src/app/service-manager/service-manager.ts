import type { Notification, Notifier } from '../../io/systemd/notifier.ts';
import { Progress, type ProgressSources } from './progress.ts';
import { statusLine, type ServiceStatus } from './status-line.ts';

/** Where the service reports from. All of it is live. */
export interface ServiceSources extends ProgressSources {
  readonly status: () => Omit<ServiceStatus, 'listening' | 'refused' | 'mistake'>;
}

/** Without a broker the service is ready after this time, so that a boot and `systemctl start` go on. */
export const READY_WITHOUT_BROKER_MS = 10_000;
/** Status and watchdog are looked at this often; of a change of the status within it only the last text is sent. */
export const LOOK_MS = 10_000;
/** Until the service is ready, because somebody waits for it. */
const START_LOOK_MS = 1_000;
/** The watchdog is fed this many times in its time at most. */
export const FEEDS = 4;
/** A start that takes long asks for as much time at each step; a step is due after a part of it. */
const EXTENSION_MS = 60_000;
const STEP_MS = 10_000;
/** Saving hundreds of streams on a slow card. */
const STOP_MS = 30_000;
/** A card that is worn out reads this much in a second. */
const SLOW_BYTES_PER_MS = 1_000;

/**
 * What systemd knows about the service: when it is ready, reloads and stops, one line about its state, and the watchdog. systemd kills
 * and restarts the service when the pipeline makes no progress in the time of `WatchdogSec=`. At most 6 calls a minute, and those at the
 * beginning and end of a start, a reload and a stop.
 */
export class ServiceManager {
  private readonly notifier: Notifier;
  private readonly clock: () => number;
  private sources: ServiceSources | null = null;
  private progress: Progress | null = null;
  private ready = false;
  private refused: readonly string[] | null = null;
  private mistake: string | null = null;
  private line = '';
  private fedAt: number;
  private steppedAt: number;
  private timer: NodeJS.Timeout | null = null;
  private readyTimer: NodeJS.Timeout | null = null;

  /** `clock`: ms, never set. */
  constructor(notifier: Notifier, clock: () => number = () => performance.now()) {
    this.notifier = notifier;
    this.clock = clock;
    this.fedAt = this.steppedAt = clock();
  }

  /** Before the database is opened: a check of a large file, or a recovery, takes long and cannot report in between. */
  opening(bytes: number): void {
    this.steppedAt = this.clock();
    const ms = EXTENSION_MS + bytes / SLOW_BYTES_PER_MS;
    this.send({
      EXTEND_TIMEOUT_USEC: Math.round(1000 * ms),
      STATUS: `Reading the database (${Math.ceil(bytes / 1e6)} MB)`,
    });
  }

  /** At each entry of the journal that is read again. */
  readonly replayed = (): void => {
    const now = this.clock();
    if (now - this.steppedAt < STEP_MS) return;
    this.steppedAt = now;
    this.send({ EXTEND_TIMEOUT_USEC: 1000 * EXTENSION_MS, STATUS: 'Reading the journal of the last run' });
  };

  /** The service runs and connects. */
  begin(sources: ServiceSources): void {
    this.sources = sources;
    this.progress = new Progress(sources);
    this.send({ STATUS: (this.line = this.text(sources)) });
    this.readyTimer = setTimeout(() => {
      this.becomeReady();
    }, READY_WITHOUT_BROKER_MS);
    this.lookEvery(START_LOOK_MS);
  }

  /** The broker has answered a subscription; `refused`: the filters that it does not allow. */
  readonly listening = (refused: readonly string[]): void => {
    this.refused = refused;
    this.becomeReady();
  };

  /** The site file is read again. systemctl reload waits for `reloaded`. */
  readonly reloading = (): void => {
    if (!this.ready) return;
    // CLOCK_MONOTONIC, which Node's hrtime is on Linux.
    const now = process.hrtime.bigint() / 1000n;
    this.send({ RELOADING: 1, MONOTONIC_USEC: String(now), STATUS: 'Reading the site file again' });
  };

  /** `mistake`: the file has one, and the one before stays in force. */
  readonly reloaded = (mistake: string | null): void => {
    this.mistake = mistake;
    if (this.ready && this.sources !== null) this.send({ READY: 1, STATUS: (this.line = this.text(this.sources)) });
  };

  /** Before the end. Nothing is reported after it. */
  stop(reason: string): void {
    if (this.timer !== null) clearInterval(this.timer);
    if (this.readyTimer !== null) clearTimeout(this.readyTimer);
    this.timer = this.readyTimer = null;
    const STATUS = `Stopping (${reason}): saving what was learned`;
    this.send({ STOPPING: 1, EXTEND_TIMEOUT_USEC: 1000 * STOP_MS, STATUS });
    this.notifier.close();
  }

  private becomeReady(): void {
    if (this.readyTimer !== null) clearTimeout(this.readyTimer);
    this.readyTimer = null;
    if (this.ready || this.sources === null) return;
    this.ready = true;
    this.lookEvery(Math.min(LOOK_MS, (this.notifier.watchdogMs ?? Infinity) / FEEDS));
    this.send({ READY: 1, STATUS: (this.line = this.text(this.sources)) });
  }

  private lookEvery(ms: number): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = setInterval(() => {
      this.look();
    }, ms);
  }

  private look(): void {
    const { sources, progress, notifier } = this;
    if (sources === null || progress === null) return;
    const now = this.clock();
    const line = this.text(sources);
    const changed = line !== this.line;
    const due = notifier.watchdogMs !== null && now - this.fedAt >= notifier.watchdogMs / FEEDS - 1;
    const feed = due && progress.made();
    if (feed) this.fedAt = now;
    this.line = line;
    if (feed || changed) this.send({ ...(feed ? { WATCHDOG: 1 } : {}), ...(changed ? { STATUS: line } : {}) });
  }

  private text(sources: ServiceSources): string {
    return statusLine({
      ...sources.status(),
      listening: this.refused !== null,
      refused: this.refused ?? [],
      mistake: this.mistake,
    });
  }

  private send(notification: Notification): void {
    this.notifier.send(notification);
  }
}

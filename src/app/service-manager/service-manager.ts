import type { Notification, Notifier } from '../../io/systemd/notifier.ts';
import { Progress, type ProgressSources } from './progress.ts';

/** What the manager itself has seen, for the status. */
export interface Seen {
  /** Whether the broker has confirmed the subscriptions. */
  readonly listening: boolean;
  /** Filters that the broker has refused. */
  readonly refused: readonly string[];
  /** The first mistake of a site file that could not be reloaded; null when the file is in force. */
  readonly mistake: string | null;
}

/** Where the service reports from. All of it is live. */
export interface ServiceSources extends ProgressSources {
  /** The line "Status:" of systemctl. */
  readonly statusLine: (seen: Seen) => string;
}

/** In what services differ. */
export interface ServiceManagerOptions {
  /** Interval of the looks until the service is ready, ms, because somebody waits for its status; null: it has none before. */
  readonly startLookMs: number | null;
  /** The watchdog is fed this many times in its time at most; null: at each look. */
  readonly feeds: number | null;
  /** Where a stop takes long: the time that it may take, ms, and the reason. */
  readonly longStop: { readonly ms: number; readonly reason: string } | null;
}

/** Without a broker the service is ready after this time, so that a boot and `systemctl start` go on. */
const READY_WITHOUT_BROKER_MS = 10_000;
/**
 * Status and watchdog are looked at this often, and so many times in the time of the watchdog; of a change of the status within it only
 * the last text is sent.
 */
const LOOK_MS = 10_000;
const LOOKS_IN_WATCHDOG = 4;
/** A start that takes long asks for as much time at each step; a step is due after a part of it. */
const EXTENSION_MS = 60_000;
const STEP_MS = 10_000;
/** A card that is worn out reads this much in a second. */
const SLOW_BYTES_PER_MS = 1_000;

/** `zankyo run`. A stop saves hundreds of streams on a slow card. */
const OF_A_SITE: ServiceManagerOptions = {
  startLookMs: 1_000,
  feeds: 4,
  longStop: { ms: 30_000, reason: 'saving what was learned' },
};

/**
 * What systemd knows about a service: when it is ready, reloads and stops, one line about its state, and the watchdog. systemd kills
 * and restarts the service when the pipeline makes no progress in the time of `WatchdogSec=`. At most 6 calls a minute, and those at the
 * beginning and end of a start, a reload and a stop.
 */
export class ServiceManager {
  private readonly notifier: Notifier;
  private readonly options: ServiceManagerOptions;
  private readonly clock: () => number;
  private readonly feedMs: number; // least time between two feeds
  private readonly lookMs: number;
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
  constructor(notifier: Notifier, options = OF_A_SITE, clock: () => number = () => performance.now()) {
    this.notifier = notifier;
    this.options = options;
    this.clock = clock;
    const watchdogMs = notifier.watchdogMs ?? Infinity;
    this.lookMs = Math.min(LOOK_MS, watchdogMs / LOOKS_IN_WATCHDOG);
    this.feedMs = options.feeds === null ? 0 : watchdogMs / options.feeds - 1;
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
    const { startLookMs } = this.options;
    if (startLookMs !== null) this.send({ STATUS: (this.line = this.text(sources)) });
    this.readyTimer = setTimeout(() => {
      this.becomeReady();
    }, READY_WITHOUT_BROKER_MS);
    this.lookEvery(startLookMs ?? this.lookMs);
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
    const { longStop } = this.options;
    const STATUS = `Stopping (${reason})`;
    if (longStop === null) this.send({ STOPPING: 1, STATUS });
    else {
      const timeout = { EXTEND_TIMEOUT_USEC: 1000 * longStop.ms };
      this.send({ STOPPING: 1, ...timeout, STATUS: `${STATUS}: ${longStop.reason}` });
    }
    this.notifier.close();
  }

  private becomeReady(): void {
    if (this.readyTimer !== null) clearTimeout(this.readyTimer);
    this.readyTimer = null;
    if (this.ready || this.sources === null) return;
    this.ready = true;
    if (this.options.startLookMs !== null) this.lookEvery(this.lookMs);
    this.send({ READY: 1, STATUS: (this.line = this.text(this.sources)) });
  }

  private lookEvery(ms: number): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = setInterval(() => {
      this.look();
    }, ms);
  }

  private look(): void {
    const { sources, progress } = this;
    if (sources === null || progress === null) return;
    const now = this.clock();
    const line = this.text(sources);
    const changed = (this.ready || this.options.startLookMs !== null) && line !== this.line;
    const due = this.notifier.watchdogMs !== null && now - this.fedAt >= this.feedMs;
    const feed = due && progress.made();
    if (feed) this.fedAt = now;
    this.line = line;
    if (feed || changed) this.send({ ...(feed ? { WATCHDOG: 1 } : {}), ...(changed ? { STATUS: line } : {}) });
  }

  private text(sources: ServiceSources): string {
    return sources.statusLine({
      listening: this.refused !== null,
      refused: this.refused ?? [],
      mistake: this.mistake,
    });
  }

  private send(notification: Notification): void {
    this.notifier.send(notification);
  }
}

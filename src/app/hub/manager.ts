import type { Notifier } from '../../io/systemd/notifier.ts';
import { Progress, type ProgressSources } from '../service-manager/progress.ts';
import { FEEDS, LOOK_MS, READY_WITHOUT_BROKER_MS } from '../service-manager/service-manager.ts';

/** Where the hub reports from. All of it is live. */
export interface HubManagerSources extends ProgressSources {
  readonly status: () => {
    readonly connected: boolean;
    readonly writable: boolean;
    readonly sites: number;
  };
}

/**
 * What systemd knows about a hub: when it is ready and stops, one line about its state, and the watchdog, which is fed only if messages
 * were stored, or the sites were looked through, since the last time. A database that is away is no reason for a restart.
 */
export class HubManager {
  private readonly notifier: Notifier;
  private readonly sources: HubManagerSources;
  private readonly progress: Progress;
  private ready = false;
  private line = '';
  private readonly readyTimer: NodeJS.Timeout;
  private readonly timer: NodeJS.Timeout;

  constructor(notifier: Notifier, sources: HubManagerSources) {
    this.notifier = notifier;
    this.sources = sources;
    this.progress = new Progress(sources);
    this.readyTimer = setTimeout(this.listening, READY_WITHOUT_BROKER_MS);
    this.timer = setInterval(
      () => {
        this.look();
      },
      Math.min(LOOK_MS, (notifier.watchdogMs ?? Infinity) / FEEDS),
    );
  }

  /** The broker has answered the subscription. */
  readonly listening = (): void => {
    if (this.ready) return;
    this.ready = true;
    clearTimeout(this.readyTimer);
    this.notifier.send({ READY: 1, STATUS: (this.line = this.text()) });
  };

  stop(reason: string): void {
    clearTimeout(this.readyTimer);
    clearInterval(this.timer);
    this.notifier.send({ STOPPING: 1, STATUS: `Stopping (${reason})` });
    this.notifier.close();
  }

  private look(): void {
    const line = this.text();
    const feed = this.notifier.watchdogMs !== null && this.progress.made();
    const changed = this.ready && line !== this.line;
    if (changed) this.line = line;
    if (feed || changed) this.notifier.send({ ...(feed ? { WATCHDOG: 1 } : {}), ...(changed ? { STATUS: line } : {}) });
  }

  private text(): string {
    const { connected, writable, sites } = this.sources.status();
    const doing = connected ? 'Listening' : 'Waiting for the broker';
    const database = writable ? '' : '. The database cannot be written';
    return `${doing}: ${sites} ${sites === 1 ? 'site' : 'sites'}${database}`;
  }
}

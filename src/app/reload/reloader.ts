import type { LoadedSite } from '../../config/load.ts';
import type { Site } from '../../config/schema/site.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ReloadAnswer } from '../../stream/ports/ports.ts';
import { calendarsOf, type Calendars } from '../calendars.ts';
import { differenceOf, withoutRestart } from './difference.ts';

/** While the database cannot be written, a reload is tried again. */
const RETRY_MS = 1_000;
/** Options that a sentence names, and mistakes; the log has more of them. */
const MAX_NAMED = 10;
const MAX_MISTAKES = 3;
const MAX_LOGGED = 50;

export interface ReloaderOptions {
  /** Reads the site file. Throws an `AppError` that names its mistakes. */
  readonly load: () => LoadedSite;
  /** The site that is in force. */
  readonly present: () => Site;
  /** Streams to which the site gives another network. */
  readonly withOtherNetwork: (site: Site) => readonly string[];
  /** Puts a site in force. False where the streams cannot be saved now: then nothing has changed. */
  readonly apply: (site: Site, calendars: Calendars) => boolean;
  /** Around a reload; `mistake`: why the site before stays in force, null where the new one is. */
  readonly onBegin?: (() => void) | undefined;
  readonly onEnd?: ((mistake: string | null) => void) | undefined;
  readonly counts: { done: number; failed: number };
  readonly log: Log;
}

interface Plan {
  readonly cause: string;
  readonly site: Site;
  readonly calendars: Calendars;
  readonly changed: readonly string[];
}

/** Puts the site file in force while the service runs. A file with a mistake changes nothing. */
export class Reloader {
  private readonly options: ReloaderOptions;
  private plan: Plan | null = null;
  private timer: NodeJS.Immediate | null = null;
  private retry: NodeJS.Timeout | null = null;

  constructor(options: ReloaderOptions) {
    this.options = options;
  }

  /** Reads and checks the file. It is in force after this turn of the event loop, because a command comes from inside the pipeline. */
  request(cause: string): ReloadAnswer {
    const { load, present, withOtherNetwork, log, counts, onBegin, onEnd } = this.options;
    onBegin?.();
    let loaded: LoadedSite;
    let calendars: Calendars;
    try {
      loaded = load();
      calendars = calendarsOf(loaded.site);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const mistakes = error.message.split('\n');
      counts.failed++;
      log(
        'error',
        { cause, code: error.code, ...(mistakes.length > 1 ? { mistakes: mistakes.slice(0, MAX_LOGGED) } : {}) },
        `the site file was not reloaded, the one before stays in force: ${mistakes[0]}`,
      );
      onEnd?.(mistakes[0]);
      return { ok: false, text: `The site file before stays in force: ${listed(mistakes, MAX_MISTAKES, '; ')}` };
    }
    const site = withoutRestart(present(), loaded.site);
    const { changed, restart } = differenceOf(present(), loaded.site);
    const renewed = withOtherNetwork(site);
    for (const warning of loaded.warnings) log('warn', {}, warning);
    if (restart.length > 0)
      log('warn', { options: restart }, 'changed options that need a restart are not in force yet');
    if (renewed.length > 0)
      log(
        'warn',
        { streams: renewed.slice(0, MAX_LOGGED) },
        'these streams get another network: everything learned about each series is kept, and the parts of the old network that fit',
      );
    this.plan = { cause, site, calendars, changed };
    this.timer ??= setImmediate(() => {
      this.timer = null;
      this.carryOut();
    });
    const sentences = [
      changed.length === 0 ? 'No option in force has changed.' : `Changed: ${listed(changed, MAX_NAMED)}.`,
      ...(renewed.length === 0 ? [] : [`Another network: ${listed(renewed, MAX_NAMED)}.`]),
      ...(restart.length === 0 ? [] : [`Needs a restart: ${listed(restart, MAX_NAMED)}.`]),
    ];
    return { ok: true, text: sentences.join(' ') };
  }

  stop(): void {
    if (this.timer !== null) clearImmediate(this.timer);
    if (this.retry !== null) clearTimeout(this.retry);
    this.plan = null;
  }

  private carryOut(): void {
    const { plan, options } = this;
    if (plan === null) return;
    const began = performance.now();
    if (!options.apply(plan.site, plan.calendars)) {
      this.retry = setTimeout(() => {
        this.carryOut();
      }, RETRY_MS);
      return;
    }
    this.plan = null;
    options.counts.done++;
    const pauseMs = Math.round(10 * (performance.now() - began)) / 10;
    options.log(
      'info',
      { cause: plan.cause, changed: plan.changed.slice(0, MAX_LOGGED), pauseMs },
      'site file reloaded',
    );
    options.onEnd?.(null);
  }
}

const listed = (names: readonly string[], most: number, between = ', '): string =>
  names.slice(0, most).join(between) + (names.length > most ? ` and ${names.length - most} more` : '');

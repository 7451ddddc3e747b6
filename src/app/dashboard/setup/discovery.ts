import { AppError } from '../../../errors.ts';
import type { Site } from '../../../config/schema/site.ts';
import { MINUTE_MS } from '../../../math/time.ts';
import { listen, type Listened } from '../../discover/listen.ts';
import { propose, type Proposal } from '../../discover/proposal.ts';
import type { Survey } from '../../discover/survey.ts';
import type { SearchState } from '../contract/setup.ts';

/** A search that was done is forgotten after this time: what it heard is up to some megabytes. */
const KEPT_MS = 15 * MINUTE_MS;
/** A proposal from more topics takes so long that it is made at the end only. */
const MAX_TOPICS_AT_ONCE = 300;

const IDLE: SearchState = {
  ...{ state: 'idle', search: 0, at: null, passedMs: 0, forMs: 0, messages: 0, topics: 0, error: null },
};

/**
 * Searches the broker of the site for numbers, one search at a time, with a client and a session of its own that end with it. It
 * publishes nothing. What it finds is bounded (discover/survey.ts).
 */
export class Discovery {
  private readonly site: () => Site;
  private readonly now: () => number;
  private searches = 0;
  private current: SearchState = IDLE;
  private survey: Survey | null = null;
  private result: Proposal | null = null;
  private enough: AbortController | null = null;
  private forget: NodeJS.Timeout | null = null;

  constructor(site: () => Site, now: () => number) {
    this.site = site;
    this.now = now;
  }

  get state(): SearchState {
    return this.current;
  }

  /** The findings up to now; null where there are none yet, or too many to be shown before the end. */
  get proposal(): Proposal | null {
    const { survey, result } = this;
    if (result !== null || survey === null) return result;
    return survey.topics.length <= MAX_TOPICS_AT_ONCE ? propose(survey) : null;
  }

  /** False while another search runs. */
  start(forMs: number, filters: readonly string[]): boolean {
    if (this.enough !== null) return false;
    this.clear();
    const enough = (this.enough = new AbortController());
    this.current = { ...IDLE, state: 'running', search: ++this.searches, at: this.now(), forMs };
    void this.run(forMs, filters, enough.signal).finally(() => {
      this.enough = null;
      this.forget = setTimeout(() => {
        this.clear();
      }, KEPT_MS).unref();
    });
    return true;
  }

  /** Ends the search; what it has found counts. */
  stop(): void {
    this.enough?.abort();
  }

  private async run(forMs: number, filters: readonly string[], enough: AbortSignal): Promise<void> {
    const { mqtt, timezone } = this.site();
    const { url, username, password, tls } = mqtt;
    try {
      const listened = await listen({
        ...{ url, username, password, tls, filters, forMs, enough },
        timezone: timezone ?? 'UTC',
        onProgress: (survey, passedMs) => {
          this.survey = survey;
          this.progress({ survey, listenedMs: passedMs });
        },
      });
      this.survey = listened.survey;
      this.result = propose(listened.survey);
      this.progress(listened);
      this.current = { ...this.current, state: 'done', at: this.now() };
    } catch (error) {
      const text =
        error instanceof AppError ? error.message : `internal error: ${(error as Error).message}; the log may say more`;
      this.current = { ...this.current, state: 'failed', error: text };
    }
  }

  private progress({ survey, listenedMs }: Listened): void {
    const messages = survey.messages + survey.retained;
    this.current = { ...this.current, passedMs: listenedMs, messages, topics: survey.topics.length };
  }

  private clear(): void {
    if (this.forget !== null) clearTimeout(this.forget);
    this.forget = this.survey = this.result = null;
    this.current = { ...IDLE, search: this.searches };
  }
}

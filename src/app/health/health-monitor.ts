import type { Health, Problem } from '../../stream/health.ts';
import type { Log } from '../../log.ts';
import { durationInWords } from '../../detect/episode/reason.ts';
import { healthOf, signsOf, type Sources } from './figures.ts';
import { learningOf } from '../pipeline/load/overload-control.ts';
import { rulesOf, type RuleOptions } from './rules.ts';
import type { Finding, Rule } from './vital-signs.ts';

const CHECK_MS = 5_000;
const PUBLISH_MS = 60_000;

export interface HealthMonitorOptions {
  readonly sources: Sources;
  readonly rules: RuleOptions;
  readonly publish: (health: Health) => void;
  /** Called once at the begin and once at the end of each problem. */
  readonly onProblem?: (phase: 'opened' | 'closed', problem: Problem, at: number) => void;
  readonly log: Log;
}

/** The identity of a problem while it lasts. */
const keyOf = ({ code, subject }: Finding): string => `${code} ${subject ?? ''}`;

/**
 * Looks at the service every 5 s by a timer of its own, with or without a broker. Logs each problem once at its begin and once at
 * its end, and publishes `health` every minute, and at once when a problem begins or ends or the training rate changes.
 */
export class HealthMonitor {
  private readonly options: HealthMonitorOptions;
  private rules: readonly Rule[];
  private readonly open = new Map<string, Problem>();
  private timer: NodeJS.Timeout | null = null;
  private plannedAt = NaN;
  private delayMs = 0;
  private publishedAt = -Infinity;
  private learning: Health['learning'] | null = null;

  constructor(options: HealthMonitorOptions) {
    this.options = options;
    this.rules = rulesOf(options.rules);
  }

  /** Problems that exist now, in order of their begin. */
  get problems(): readonly Problem[] {
    return [...this.open.values()];
  }

  /** How late the present or last check is, ms: how long the event loop has done nothing else. */
  get loopDelayMs(): number {
    return Math.max(this.delayMs, this.options.sources.uptime() - this.plannedAt);
  }

  get health(): Health {
    return healthOf(this.options.sources, this.problems);
  }

  start(): void {
    this.plannedAt = this.options.sources.uptime();
    this.tick();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** New limits, after the site file was read again. What the rules have seen is forgotten; open problems stay until the next check. */
  useRules(rules: RuleOptions): void {
    this.rules = rulesOf(rules);
  }

  /** One check; `loopDelayMs`: how much later than planned it comes. */
  check(loopDelayMs: number): void {
    const { sources } = this.options;
    this.delayMs = loopDelayMs;
    const signs = signsOf(sources, loopDelayMs);
    const found = new Map(this.rules.flatMap((rule) => rule.check(signs)).map((finding) => [keyOf(finding), finding]));
    let changed = false;
    for (const [key, problem] of this.open) {
      if (found.has(key)) continue;
      this.open.delete(key);
      changed = true;
      this.ended(problem, signs.now);
    }
    for (const [key, finding] of found) {
      const before = this.open.get(key);
      const problem = { ...finding, since: before?.since ?? signs.now };
      this.open.set(key, problem);
      if (before !== undefined) continue;
      changed = true;
      this.began(problem);
    }
    const learning = learningOf(signs.learnEvery);
    if (changed || learning !== this.learning || signs.uptimeMs >= this.publishedAt + PUBLISH_MS) {
      this.learning = learning;
      this.publishedAt = signs.uptimeMs;
      this.options.publish(this.health);
    }
  }

  private began(problem: Problem): void {
    const { code, subject, text, since } = problem;
    this.options.log('warn', { problem: code, ...(subject === null ? {} : { subject }) }, text);
    this.options.onProblem?.('opened', problem, since);
  }

  private ended(problem: Problem, now: number): void {
    const { code, subject, since } = problem;
    const lasted = durationInWords(Math.max(0, now - since));
    this.options.log(
      'info',
      { problem: code, ...(subject === null ? {} : { subject }) },
      `the problem ${code}${subject === null ? '' : ` of ${subject}`} has ended after ${lasted}`,
    );
    this.options.onProblem?.('closed', problem, now);
  }

  private readonly tick = (): void => {
    const uptime = this.options.sources.uptime();
    this.check(uptime - this.plannedAt);
    this.plannedAt = this.options.sources.uptime() + CHECK_MS;
    this.timer = setTimeout(this.tick, CHECK_MS);
  };
}

import type { Anomaly, AnomalyEvent } from '../../detect/episode/anomaly.ts';

/** Maximum number of episodes kept for one contender, those with the highest scores; all are counted. */
export const MAX_EPISODES = 1000;

/** The episodes of one contender over a recording, within a bound. */
export class Episodes {
  /** Episodes of the process; sensor faults do not depend on the forecast. */
  process = 0;
  sensor = 0;
  private readonly open = new Map<string, Anomaly>();
  private kept: Anomaly[] = [];

  observe({ phase, anomaly }: AnomalyEvent): void {
    if (phase === 'opened') {
      if (anomaly.kind === 'sensor') this.sensor++;
      else this.process++;
    }
    if (phase !== 'closed') {
      this.open.set(anomaly.id, anomaly);
      return;
    }
    this.open.delete(anomaly.id);
    this.kept.push(anomaly);
    if (this.kept.length >= 2 * MAX_EPISODES) this.kept = worst(this.kept);
  }

  /** In order of time; episodes that are open at the end of the recording have no end. */
  get list(): readonly Anomaly[] {
    return worst([...this.kept, ...this.open.values()]).sort((a, b) => a.startAt - b.startAt);
  }
}

const worst = (episodes: readonly Anomaly[]): Anomaly[] =>
  episodes.toSorted((a, b) => b.score - a.score).slice(0, MAX_EPISODES);

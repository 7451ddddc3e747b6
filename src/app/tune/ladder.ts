import { Episode, type EpisodeOptions } from '../../detect/episode/episode.ts';
import { emptyFinding } from '../../detect/episode/finding.ts';
import { Memory } from '../../math/memory.ts';
import { EventCount } from './labels.ts';

/** What one sensitivity would have brought. */
export interface Rung {
  readonly sensitivity: number;
  readonly alarms: number;
  /** Events in which an alarm was raised. */
  readonly found: number;
}

/** From 0.1 to 10, forty to a decade, of two digits: finer differences are none. */
const SENSITIVITIES = Array.from({ length: 81 }, (_, k) => Number((10 ** (k / 40 - 1)).toPrecision(2)));

/**
 * How many episodes each sensitivity would have opened in one run: the scores of one, made with `base`, are taken for
 * proportional to the sensitivity, and an episode for each hears its own. It is an estimate: what lasts is bent above the line
 * (`weigh`), which each sensitivity draws elsewhere. So `tune` runs its choice once more. Memory does not grow with the recording.
 */
export class Ladder {
  private readonly steps: {
    readonly sensitivity: number;
    readonly episode: Episode;
    readonly found: EventCount;
    alarms: number;
  }[];
  private readonly base: number;
  private readonly finding = emptyFinding(1);

  constructor(base: number, options: EpisodeOptions) {
    this.base = base;
    this.steps = SENSITIVITIES.map((sensitivity) => ({
      sensitivity,
      episode: new Episode(new Memory(), 'episode', 1, options),
      found: new EventCount(),
      alarms: 0,
    }));
  }

  get rungs(): readonly Rung[] {
    return this.steps.map(({ sensitivity, alarms, found }) => ({ sensitivity, alarms, found: found.count }));
  }

  /** Takes the score of a row, and the number of the event that it lies in, -1 for none. */
  step(at: number, score: number, event: number): void {
    const { finding, base } = this;
    for (const rung of this.steps) {
      finding.score = finding.scores[0] = (score * rung.sensitivity) / base;
      if (rung.episode.step(at, finding) !== 'opened') continue;
      rung.alarms++;
      rung.found.meet(event);
    }
  }
}

/**
 * The highest sensitivity that keeps within so many alarms, and below which none has more; the lowest where all have. (More
 * sensitive is not always more alarms, as episodes that come close together are one.)
 */
export function rungWithin(rungs: readonly Rung[], alarms: number): Rung {
  const beyond = rungs.findIndex((rung) => rung.alarms > alarms);
  return beyond < 0 ? rungs[rungs.length - 1] : rungs[Math.max(0, beyond - 1)];
}

import { Episode, type EpisodeOptions } from '../../detect/episode/episode.ts';
import { emptyFinding } from '../../detect/episode/finding.ts';
import { Memory } from '../../math/memory.ts';
import { EventCount } from './labels.ts';

/** The estimated result of one sensitivity. */
export interface Rung {
  readonly sensitivity: number;
  readonly alarms: number;
  /** Alarms that were raised outside of all events. */
  readonly falseAlarms: number;
  /** Events in which an alarm was raised. */
  readonly found: number;
}

/**
 * From 0.1 to 3.2, forty per decade, with two digits: finer differences have no effect. Not up to 10, because readings below the line
 * of recurrence.ts have no rate, only a score of at most 0.5, so that nothing is known of events 46 times as frequent as allowed.
 */
const SENSITIVITIES = Array.from({ length: 61 }, (_, k) => Number((10 ** (k / 40 - 1)).toPrecision(2)));

/**
 * Estimates from one run, made with sensitivity `base`, how many episodes each sensitivity would have opened: log10 of the
 * sensitivity is added to each score (detector.ts), and each sensitivity has its own episode logic. This is not exact, because
 * nothing is learned while an alarm is open, and that depends on the sensitivity, as do the habits. So `tune` runs its choice once
 * more. Memory does not grow with the recording.
 */
export class Ladder {
  private readonly steps: {
    readonly sensitivity: number;
    readonly episode: Episode;
    readonly found: EventCount;
    alarms: number;
    falseAlarms: number;
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
      falseAlarms: 0,
    }));
  }

  get rungs(): readonly Rung[] {
    return this.steps.map(({ sensitivity, alarms, falseAlarms, found }) => ({
      sensitivity,
      alarms,
      falseAlarms,
      found: found.count,
    }));
  }

  /** Adds the score of a row, and the number of its event, -1 for none. */
  step(at: number, score: number, event: number): void {
    const { finding, base } = this;
    for (const rung of this.steps) {
      finding.score = finding.scores[0] = Math.max(0, score + Math.log10(rung.sensitivity / base));
      if (rung.episode.step(at, finding) !== 'opened') continue;
      rung.alarms++;
      if (event < 0) rung.falseAlarms++;
      rung.found.meet(event);
    }
  }
}

/**
 * The highest sensitivity with at most this number of false alarms, where all lower ones also have at most this number; if there is
 * none, the lowest. (A higher sensitivity may give fewer alarms, because episodes close to each other merge.)
 */
export function rungWithin(rungs: readonly Rung[], falseAlarms: number): Rung {
  const beyond = rungs.findIndex((rung) => rung.falseAlarms > falseAlarms);
  return beyond < 0 ? rungs[rungs.length - 1] : rungs[Math.max(0, beyond - 1)];
}

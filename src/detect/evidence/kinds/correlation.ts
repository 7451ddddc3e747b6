import type { Memory } from '../../../math/memory.ts';
import { CalibratedScore } from '../calibrated-score.ts';
import type { Evidence, Kind, SeriesReading } from '../kind.ts';
import { LearningGate } from '../learning-gate.ts';

/** Readings over which the residual is smoothed. */
const SPAN = 12;
/** From this share of the alarm threshold on, a residual keeps the reading out of the group's covariance. */
const MAX_SHARE = 1;

export const CORRELATION: Kind = {
  name: 'correlation',
  weights: { collective: 0, point: 0, contextual: 0.3 },
  directed: true,
  compares: 'detail',
  sentence: (name, { value, detail }, { quantity }) =>
    `${name} no longer follows its group: it reads ${quantity(value)} where the other series suggest ${quantity(detail)}`,
};

/** Does the series still follow the others of its group? Their regression gives the residual (regression-residuals.ts). */
export class Correlation implements Evidence {
  readonly kind = CORRELATION;
  private readonly score: CalibratedScore;
  private readonly gate: LearningGate;
  private residual = 0;
  private deviates = false; // by this reading alone
  private admitted = true; // whether the group may learn from the reading

  /** `holdReadings`: limit of the gate that keeps deviating readings out of the group's covariance; 0 for no gate. */
  constructor(memory: Pick<Memory, 'take'>, holdReadings: number) {
    this.score = new CalibratedScore(memory, 'evidence.correlation', SPAN);
    this.gate = new LearningGate(memory, 'correlation.gate', holdReadings);
  }

  measure({ residual }: SeriesReading): number {
    this.residual = residual;
    this.deviates = false;
    return this.score.rarity(residual);
  }

  deviation(): number {
    return this.score.smoothed(this.residual);
  }

  /** Stores whether evidence e, the rarity less chance, is a deviation. `scale` does not include the operator's sensitivity. */
  judge(e: number, scale: number): void {
    this.deviates = scale * (CORRELATION.weights.contextual * e) > MAX_SHARE;
  }

  /** Whether the group may learn from the reading. Call once per reading, before `learn`. */
  admitToGroup(): boolean {
    this.admitted = this.gate.admits(this.deviates);
    return this.admitted;
  }

  learn({ readings }: SeriesReading, teaches: boolean): void {
    if (readings > 0) this.score.add(this.residual, teaches && this.admitted);
  }

  /** The present correlation is the normal one from now on. */
  accept(): void {
    this.gate.accept();
  }

  reference({ fitted }: SeriesReading): number {
    return fitted;
  }

  detail({ fitted }: SeriesReading): number {
    return fitted;
  }
}

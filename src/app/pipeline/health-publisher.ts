import type { AlertPort, Health } from '../../stream/ports.ts';
import { isDue } from './due.ts';
import type { Level } from './load.ts';

const EVERY_MS = 60_000;

/** Counts what the service does and what it leaves, and tells of it each minute, and at once when it learns less than before. */
export class HealthTeller {
  private readonly alerts: AlertPort;
  private readonly refused: ReadonlyMap<string, number>;
  private readings = 0;
  private unlearned = 0;
  private told = '';
  private toldAt = -Infinity;

  /** `refused`: by reason, as it grows. */
  constructor(alerts: AlertPort, refused: ReadonlyMap<string, number>) {
    this.alerts = alerts;
    this.refused = refused;
  }

  /** Takes note of a reading, and whether a network that would have learned from it did not. */
  count(spared: boolean): void {
    this.readings++;
    if (spared) this.unlearned++;
  }

  tell(at: number, { learnEvery }: Level): void {
    const learning: Health['learning'] = learnEvery === 1 ? 'full' : learnEvery === 0 ? 'off' : 'reduced';
    if (learning === this.told && !isDue(at, this.toldAt, EVERY_MS)) return;
    this.told = learning;
    this.toldAt = at;
    const { readings, unlearned } = this;
    this.alerts.health({ at, learning, readings, unlearned, refused: Object.fromEntries(this.refused) });
  }
}

import type { AlertPort, Health, LedgerPort } from '../../stream/ports.ts';
import { isDue } from './due.ts';
import type { LoadLevel } from './load.ts';

const EVERY_MS = 60_000;

interface HealthPorts {
  readonly alerts: Pick<AlertPort, 'health' | 'droppedEvents'>;
  readonly ledger: Pick<LedgerPort, 'droppedWrites'>;
}

/** Counts what the service does and what it leaves, and tells of it each minute, and at once when it learns less than before. */
export class HealthPublisher {
  private readonly alerts: HealthPorts['alerts'];
  private readonly ledger: HealthPorts['ledger'];
  private readonly rejected: ReadonlyMap<string, number>;
  private readings = 0;
  private untrained = 0;
  private published = '';
  private publishedAt = -Infinity;

  /** `refused`: by reason, as it grows. */
  constructor({ alerts, ledger }: HealthPorts, refused: ReadonlyMap<string, number>) {
    this.alerts = alerts;
    this.ledger = ledger;
    this.rejected = refused;
  }

  /** Takes note of a reading, and whether a network that would have learned from it did not. */
  count(spared: boolean): void {
    this.readings++;
    if (spared) this.untrained++;
  }

  publish(at: number, { learnEvery }: LoadLevel): void {
    const learning: Health['learning'] = learnEvery === 1 ? 'full' : learnEvery === 0 ? 'off' : 'reduced';
    if (learning === this.published && !isDue(at, this.publishedAt, EVERY_MS)) return;
    this.published = learning;
    this.publishedAt = at;
    const { readings, untrained: unlearned } = this;
    this.alerts.health({
      at,
      learning,
      readings,
      untrained: unlearned,
      rejected: Object.fromEntries(this.rejected),
      droppedEvents: this.alerts.droppedEvents,
      droppedWrites: this.ledger.droppedWrites,
    });
  }
}

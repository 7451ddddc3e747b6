import type { AlertPort, Health, LedgerPort } from '../../stream/ports.ts';
import { isDue } from './due.ts';
import type { LoadLevel } from './load.ts';

const EVERY_MS = 60_000;

interface HealthPorts {
  readonly alerts: Pick<AlertPort, 'health' | 'droppedEvents'>;
  readonly ledger: Pick<LedgerPort, 'droppedWrites'>;
}

/** Counts the readings, and publishes `health` every minute, and at once when the training rate changes. */
export class HealthPublisher {
  private readonly alerts: HealthPorts['alerts'];
  private readonly ledger: HealthPorts['ledger'];
  private readonly rejected: ReadonlyMap<string, number>;
  private readings = 0;
  private untrained = 0;
  private published = '';
  private publishedAt = -Infinity;

  /** `rejected`: counts by reason; the caller updates them. */
  constructor({ alerts, ledger }: HealthPorts, rejected: ReadonlyMap<string, number>) {
    this.alerts = alerts;
    this.ledger = ledger;
    this.rejected = rejected;
  }

  /** Counts a reading; `trainingSkipped`: the network did not train on it because of the CPU load. */
  count(trainingSkipped: boolean): void {
    this.readings++;
    if (trainingSkipped) this.untrained++;
  }

  publish(at: number, { learnEvery }: LoadLevel): void {
    const learning: Health['learning'] = learnEvery === 1 ? 'full' : learnEvery === 0 ? 'off' : 'reduced';
    if (learning === this.published && !isDue(at, this.publishedAt, EVERY_MS)) return;
    this.published = learning;
    this.publishedAt = at;
    const { readings, untrained } = this;
    this.alerts.health({
      at,
      learning,
      readings,
      untrained,
      rejected: Object.fromEntries(this.rejected),
      droppedEvents: this.alerts.droppedEvents,
      droppedWrites: this.ledger.droppedWrites,
    });
  }
}

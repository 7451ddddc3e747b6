/** Levels of reduction, in order: train on 1 of 4 samples, do not train, also drop every second QoS 0 message. */
const LEVELS = [
  { learnEvery: 1, drops: false },
  { learnEvery: 4, drops: false },
  { learnEvery: 0, drops: false },
  { learnEvery: 0, drops: true },
] as const;

export type LoadLevel = (typeof LEVELS)[number];

/** Utilisation of the event loop above which the service cannot keep up, and below which it has capacity to spare. */
const BUSY = 0.9;
const IDLE = 0.6;
/** Consecutive checks before the level changes: a backlog after a reconnect is processed in less. */
const MIN_CHECKS = 3;

/**
 * Decides how much work to skip at high CPU load. Training is most of the work and can be skipped; readings cannot. So the
 * networks first train less, then not at all, and continue to score. Only at the last level are messages dropped, and only at
 * QoS 0, where the broker would drop them silently; QoS 1 messages wait at the broker.
 */
export class Load {
  private readonly utilisation: () => number;
  private index = 0;
  private busy = 0;
  private idle = 0;

  /** `utilisation`: share of the time since the last call in which the event loop was not waiting, 0 to 1. */
  constructor(utilisation: () => number) {
    this.utilisation = utilisation;
  }

  get level(): LoadLevel {
    return LEVELS[this.index];
  }

  /** Updates the level; true when it has changed. To be called every few seconds. */
  check(): boolean {
    const share = this.utilisation();
    this.busy = share > BUSY ? this.busy + 1 : 0;
    this.idle = share < IDLE ? this.idle + 1 : 0;
    const step = this.busy >= MIN_CHECKS ? 1 : this.idle >= MIN_CHECKS ? -1 : 0;
    const next = Math.max(0, Math.min(LEVELS.length - 1, this.index + step));
    if (next === this.index) return false;
    this.index = next;
    this.busy = this.idle = 0;
    return true;
  }
}

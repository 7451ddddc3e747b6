/** What is given up in turn: three of four lessons of the networks, all of them, every other reading that nobody waits for. */
const LEVELS = [
  { learnEvery: 1, drops: false },
  { learnEvery: 4, drops: false },
  { learnEvery: 0, drops: false },
  { learnEvery: 0, drops: true },
] as const;

export type LoadLevel = (typeof LEVELS)[number];

/** Share of the time that the processor is ours and used, above which we cannot keep up, and below which there is room. */
const BUSY = 0.9;
const IDLE = 0.6;
/** Looks in a row: a backlog is worked off in less. */
const PATIENCE = 3;

/**
 * Is there too much to do? Training is most of the work and can wait, readings cannot: so the networks learn less, then not at
 * all, and what they know judges on. Only then readings go, and only of QoS 0, where the broker would drop them without a
 * word; what comes at QoS 1 waits at the broker.
 */
export class Load {
  private readonly utilisation: () => number;
  private at = 0;
  private busy = 0;
  private idle = 0;

  /** `utilisation`: share of the time since the last call in which the event loop was not waiting, 0 to 1. */
  constructor(utilisation: () => number) {
    this.utilisation = utilisation;
  }

  get level(): LoadLevel {
    return LEVELS[this.at];
  }

  /** Looks, every few seconds; true when the level has changed. */
  check(): boolean {
    const share = this.utilisation();
    this.busy = share > BUSY ? this.busy + 1 : 0;
    this.idle = share < IDLE ? this.idle + 1 : 0;
    const step = this.busy >= PATIENCE ? 1 : this.idle >= PATIENCE ? -1 : 0;
    const next = Math.max(0, Math.min(LEVELS.length - 1, this.at + step));
    if (next === this.at) return false;
    this.at = next;
    this.busy = this.idle = 0;
    return true;
  }
}

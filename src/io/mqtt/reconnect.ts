import { doubtsVersion, SESSION_TAKEN_OVER, type BrokerFailure } from './broker-failure.ts';

export const MIN_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;
/** Attempts at the minimum delay, before it doubles. */
const QUICK_ATTEMPTS = 10;
/**
 * Delay before the other protocol version is tried. Short: a broker that starts in between would give a wrong answer.
 */
const FALLBACK_DELAY_MS = 100;
/**
 * Delay after another client took over the session. Two programs with one id would otherwise disconnect each other
 * every second.
 */
const TAKEN_OVER_DELAY_MS = 60_000;
/** A connection within this time of the previous one does not reset the delay. */
const STABLE_MS = 30_000;

export type ProtocolVersion = 4 | 5;

/**
 * Delay before the next attempt, ms: 1 s for the first 10 attempts, then doubling up to 30 s. `random` (0 to 1) varies
 * it by up to a quarter either way, so that many clients do not return at the same moment.
 */
export const retryDelayMs = (attempts: number, random: number): number => {
  const doublings = Math.max(0, attempts - QUICK_ATTEMPTS);
  const delay = Math.min(MAX_DELAY_MS, MIN_DELAY_MS * 2 ** doublings);
  return Math.round(delay * (0.75 + random / 2));
};

/** The attempts that still count after a connection was made, `sinceLastMs` after the previous one. */
export const attemptsAfterConnect = (attempts: number, sinceLastMs: number): number =>
  sinceLastMs > STABLE_MS ? 0 : attempts;

/** How to continue after a failure. */
export interface Retry {
  readonly protocolVersion: ProtocolVersion;
  /** Null: the delay that is already set. */
  readonly delayMs: number | null;
  /** The failure may only mean that the broker speaks another version: the next attempt decides. */
  readonly silent: boolean;
}

/**
 * With `protocol: auto`, a first answer that may come from the wrong version switches the version: from 5 to 4 at once
 * and without a report, from 4 back to 5 with the usual delay. `accepted`: the broker had accepted CONNECT, so the
 * version is right.
 */
export const retryAfter = (
  failure: BrokerFailure | null,
  {
    protocol,
    version,
    accepted,
  }: {
    readonly protocol: 'auto' | ProtocolVersion;
    readonly version: ProtocolVersion;
    readonly accepted: boolean;
  },
): Retry => {
  const switches = protocol === 'auto' && !accepted && doubtsVersion(failure);
  if (switches && version === 5) return { protocolVersion: 4, delayMs: FALLBACK_DELAY_MS, silent: true };
  const takenOver = failure?.code === SESSION_TAKEN_OVER;
  return {
    protocolVersion: switches ? 5 : version,
    delayMs: takenOver ? TAKEN_OVER_DELAY_MS : null,
    silent: false,
  };
};

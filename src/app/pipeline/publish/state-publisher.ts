import { known } from '../../../math/known.ts';
import type { AlertPort, SeriesState } from '../../../stream/ports/ports.ts';
import type { Freezes } from '../../commands/freezes.ts';
import type { Mutes } from '../../commands/mutes.ts';
import type { Maintenance } from '../maintenance.ts';
import { isDue } from '../due.ts';
import type { StreamView } from '../stream.ts';

/** The state of series d. In a group it is `ON` when it leads the open episode. */
function stateOf(status: StreamView, d: number, at: number): SeriesState {
  const { slug, label = null, unit } = status.series[d];
  const { value, expected, lower, upper, margin } = status.forecastOf(d);
  const fault = status.faultOf(d);
  const warmup = status.warmupOf(d);
  return {
    slug,
    label,
    at,
    phase: fault === 'silent' ? 'silent' : warmup < 1 ? 'learning' : 'ready',
    warmup,
    readyInMs: known(status.readyInMs(d)),
    unseen: status.unseenBy(d),
    heldUntil: known(status.heldUntil(d)),
    coolDownUntil: known(status.coolDownUntil),
    sameEventUntil: known(status.sameEventUntil(d)),
    value: known(value),
    expected: known(expected),
    lower: known(lower),
    upper: known(upper),
    score: known(status.scoreOf(d)),
    anomaly: fault !== null || status.suspect === d ? 'ON' : 'OFF',
    drift: status.drifting === d ? 'ON' : 'OFF',
    frozen: status.frozen ? 'ON' : 'OFF',
    frozenUntil: null,
    sensitivity: status.sensitivity,
    muted: 'OFF',
    maintenance: 'OFF',
    maintenanceUntil: null,
    margin: margin === null ? null : known(margin),
    mode: status.modeOf(d),
    unit,
  };
}

/** The state of a group: its own score, and the values of the leading series. */
function groupStateOf(status: StreamView, at: number): SeriesState {
  const leading = stateOf(status, status.leading, at);
  const silent = status.series.every((_, d) => status.faultOf(d) === 'silent');
  return {
    ...leading,
    slug: status.stream,
    label: null,
    phase: silent ? 'silent' : status.warmup < 1 ? 'learning' : 'ready',
    warmup: status.warmup,
    anomaly: status.anomalous || leading.anomaly === 'ON' ? 'ON' : 'OFF',
    drift: status.drifting < 0 ? 'OFF' : 'ON',
  };
}

/** Whether mutes or maintenance hold back the alerts of the series of a stream, and until when it learns nothing. */
interface Holds {
  readonly frozenUntil: number | null;
  readonly muted: (series: string) => boolean;
  readonly maintenanceUntil: (series: string) => number | null;
}

export const statesOf = (
  status: StreamView,
  at: number,
  { muted, maintenanceUntil, frozenUntil }: Holds,
): SeriesState[] => {
  const states = status.series.map((_, d) => stateOf(status, d, at));
  const all = states.length > 1 ? [...states, groupStateOf(status, at)] : states;
  return all.map((state): SeriesState => {
    const until = maintenanceUntil(state.slug);
    return {
      ...state,
      frozenUntil,
      muted: muted(state.slug) ? 'ON' : 'OFF',
      maintenance: until === null ? 'OFF' : 'ON',
      maintenanceUntil: until,
    };
  });
};

interface Holders {
  readonly mutes: Pick<Mutes, 'isMuted'>;
  readonly maintenance: Pick<Maintenance, 'until'>;
  readonly freezes: Pick<Freezes, 'until'>;
}

/**
 * Publishes the states of each stream at most once in `everyMs`, and at once when one of them changes its phase or becomes
 * anomalous, and when the operator has frozen or muted it or set its sensitivity, or maintenance begins or ends. Time is that of the
 * messages, so that a replay publishes the states that the service published.
 */
export class StatePublisher {
  private readonly alerts: AlertPort;
  private readonly everyMs: number;
  private readonly holders: Holders;
  private readonly published = new Map<StreamView, { at: number; own: readonly unknown[]; held: readonly unknown[] }>();
  // Of the stream in question.
  private readonly own: unknown[] = [];
  private readonly held: unknown[] = [];

  constructor(alerts: AlertPort, everyMs: number, holders: Holders) {
    this.alerts = alerts;
    this.everyMs = everyMs;
    this.holders = holders;
  }

  publish(status: StreamView, at: number): void {
    const before = this.published.get(status);
    const { own, held } = this;
    listOwnPhases(status, own);
    this.listHeldPhases(status, at);
    const isAsBefore = before !== undefined && isSame(before.own, own) && isSame(before.held, held);
    if (isAsBefore && !isDue(at, before.at, this.everyMs)) return;
    this.published.set(status, { at, own: [...own], held: [...held] });
    for (const state of this.statesOf(status, at)) this.alerts.state(state);
  }

  /** Fills `held` with the part of the phases that depends on mutes, maintenance and freezes. */
  private listHeldPhases({ stream, series }: StreamView, at: number): void {
    const { held } = this;
    const { mutes, maintenance, freezes } = this.holders;
    held.length = 0;
    held.push(freezes.until(stream));
    for (const { slug } of series) held.push(mutes.isMuted(stream, slug, at), maintenance.until(stream, slug, at));
  }

  /** Whether a mute, maintenance or a freeze has begun or ended since the states of a stream were published. Does not look at the stream. */
  isHeldAnew(status: StreamView, at: number): boolean {
    const before = this.published.get(status);
    this.listHeldPhases(status, at);
    return before !== undefined && !isSame(before.held, this.held);
  }

  /** The states of a stream as they would be published at `at`. */
  statesOf(status: StreamView, at: number): SeriesState[] {
    return statesOf(status, at, this.holdsOf(status, at));
  }

  private holdsOf(status: StreamView, at: number): Holds {
    const { mutes, maintenance, freezes } = this.holders;
    return {
      frozenUntil: freezes.until(status.stream),
      muted: (series) => mutes.isMuted(status.stream, series, at),
      maintenanceUntil: (series) => maintenance.until(status.stream, series, at),
    };
  }
}

/**
 * Fills `phases` with the part of a state whose changes are published at once, as far as it depends on the stream itself. It is compared
 * with each reading, so it has no text and no object.
 */
export function listOwnPhases(status: StreamView, phases: unknown[]): void {
  phases.length = 0;
  phases.push(status.warmup < 1, status.suspect, status.drifting, status.frozen, status.sensitivity);
  for (let d = 0; d < status.series.length; d++) phases.push(status.faultOf(d));
}

export const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
};

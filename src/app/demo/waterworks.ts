import { CYCLE_SERIES, FillPump, Sump, type Cycle, type CycleSeries } from './cycles.ts';
import type { CycleFault } from './cycle-faults.ts';
import type { Fault } from './faults.ts';
import { SERIES, type Series } from './plant.ts';
import { Station } from './station.ts';

/** All series of the demo: those of the pump, which are one group, and one for each machine that switches. */
export const ALL_SERIES = [...SERIES, ...CYCLE_SERIES] as const;
export type AnySeries = Series | CycleSeries;
export type AnyFault = Fault | CycleFault;

/** The machine that a series belongs to. An alert about one machine says nothing about the faults of another. */
export const machineOf = (series: string): string =>
  (CYCLE_SERIES as readonly string[]).includes(series) ? series : 'pump';

/** The fault of the machine of a series at a time. */
export const faultAt = (faults: readonly AnyFault[], series: string, at: number): AnyFault | null =>
  faults.find((fault) => machineOf(fault.series) === machineOf(series) && fault.at <= at && at < fault.endAt) ?? null;

/** All that the transmitters send in one minute; null where a transmitter is silent. */
export interface Minute {
  readonly at: number;
  readonly values: readonly { readonly series: AnySeries; readonly value: number | null }[];
}

/**
 * The pump station with its sump and its fill pump. The three machines have random generators of their own, so that neither a
 * fault nor a machine changes the readings of another.
 */
export class Waterworks {
  private readonly station: Station;
  private readonly cycles: Readonly<Record<CycleSeries, Cycle>>;
  private readonly cycleFaults: readonly CycleFault[];

  constructor(seed: number, startAt: number, faults: readonly Fault[], cycleFaults: readonly CycleFault[]) {
    this.station = new Station(seed, startAt, faults);
    const connectedAt = cycleFaults.find(({ kind }) => kind === 'new-habit')?.at ?? Infinity;
    this.cycles = { 'sump-level': new Sump(seed ^ 0x51, connectedAt), 'fill-pump-power': new FillPump(seed ^ 0xf1) };
    this.cycleFaults = cycleFaults;
  }

  /** Strokes of the sump or starts of the motor so far. */
  times(series: CycleSeries): number {
    return this.cycles[series].times;
  }

  /** The next minute, the first at `startAt`. The same seed, start and faults give the same bits. */
  next(): Minute {
    const { at, values } = this.station.next();
    const cycled = CYCLE_SERIES.map((series) => {
      const cycle = this.cycles[series];
      const kind = faultAt(this.cycleFaults, series, at)?.kind;
      cycle.step(at, kind === 'missed-strokes' || kind === 'long-run');
      return { series, value: cycle.reading };
    });
    return { at, values: [...values, ...cycled] };
  }
}

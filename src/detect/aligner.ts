import { perSeries, type Memory } from '../math/memory.ts';
import type { Sample } from './sample.ts';

const MANY_SOURCES = -1;

/**
 * Joins the readings of a stream's series into samples, round by round.
 *
 * A round is complete when every series that is waited for has spoken, or is broken off when one speaks twice. So
 * series that report together are scored at once, a slow one is missing (NaN) from most rounds, and no clock is
 * needed: the same readings in the same order give the same samples. Where all readings come from one source, each of
 * its messages is a round, whatever it leaves out.
 */
export class Aligner {
  private readonly sample: { readonly stream: string; at: number; readonly x: Float64Array };
  private readonly pending: Float64Array; // of the present round, NaN where nothing sound was said
  private readonly present: Float64Array; // 1 where a series has spoken in this round
  private readonly time: Float64Array; // of the newest reading so far: samples never go back in time
  private readonly source: Float64Array; // of all messages: 0 while unknown, SEVERAL if not one; and readings of the present one

  /** `source`: the only one there will be, a positive number; 0 when it is not known. */
  constructor(memory: Pick<Memory, 'take'>, stream: string, series: number, source = 0) {
    this.sample = { stream, at: 0, x: new Float64Array(series) };
    this.pending = memory.take('pending', series, perSeries()).fill(NaN);
    this.present = memory.take('spoken', series, perSeries());
    this.time = memory.take('round', 1);
    this.source = memory.take('source', 2);
    this.source[0] = source;
  }

  /**
   * Takes what series d said at a time, NaN when it spoke but said nothing sound. `awaited(d)` tells which series to
   * wait for. Returns the sample of a round that is over, else null; the sample is overwritten by the next one. Where a
   * round was broken off and nobody else is waited for, the next is complete as well: ask `complete` until it is null.
   */
  add(d: number, at: number, value: number, awaited: (d: number) => boolean): Sample | null {
    const brokenOff = this.present[d] === 1;
    if (brokenOff) this.finish();
    this.pending[d] = value;
    this.present[d] = 1;
    this.time[0] = Math.max(this.time[0], at);
    this.source[1]++;
    return brokenOff ? this.sample : this.complete(awaited);
  }

  /** The sample of the present round if it is over, else null. */
  complete(awaited: (d: number) => boolean): Sample | null {
    if (this.source[0] > 0 || !this.present.includes(1)) return null;
    for (let i = 0; i < this.present.length; i++) if (this.present[i] === 0 && awaited(i)) return null;
    this.finish();
    return this.sample;
  }

  /**
   * A message from a source, a positive number, has said all: the sample of the present round if that ends it, else null.
   * An unknown source shows itself by a message with several readings: those with one may be of a device for each series.
   */
  endMessage(source: number, awaited: (d: number) => boolean): Sample | null {
    const [known, readings] = this.source;
    this.source[1] = 0;
    if (known === 0 && readings > 1) this.source[0] = source;
    else if (known !== 0 && known !== source) this.source[0] = MANY_SOURCES;
    if (this.source[0] <= 0) return this.complete(awaited);
    if (!this.present.includes(1)) return null;
    this.finish();
    return this.sample;
  }

  private finish(): void {
    this.sample.at = this.time[0];
    this.sample.x.set(this.pending);
    this.pending.fill(NaN);
    this.present.fill(0);
  }
}

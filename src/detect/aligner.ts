import { perSeries, type Memory } from '../math/memory.ts';
import type { Sample } from './sample.ts';

const MANY_SOURCES = -1;
/**
 * Share of the usual interval. A reading that comes later than this after a round belongs to the next one. After that the series are a
 * quarter of an interval apart, so that a jitter around this share does not change the rounds again and again.
 */
const NEXT_ROUND = 0.75;

/**
 * Joins the readings of a stream's series into samples, round by round.
 *
 * A round is complete when every awaited series has a reading. It ends early when a series has a second one, or when the next reading comes
 * most of an interval later: one lost reading would otherwise shift all pairs after it. So series that report
 * together are scored at once, a slow one is missing (NaN) from most rounds, and no clock is needed: the same readings in the same
 * order give the same samples. Where all readings come from one source, each of its messages is a round, even if series are
 * missing from it.
 */
export class Aligner {
  private readonly sample: { readonly stream: string; at: number; readonly x: Float64Array };
  private readonly pending: Float64Array; // values of the present round, NaN where there is no measurement
  private readonly present: Float64Array; // 1 where a series has a reading in this round
  private readonly time: Float64Array; // of the newest reading so far: samples never go back in time
  private readonly only: number;
  private readonly source: Float64Array; // of all messages: 0 while unknown, or MANY_SOURCES; readings of the present message

  /** `source`: the only source of messages, a positive number; 0 when it is not known. */
  constructor(memory: Pick<Memory, 'take'>, stream: string, series: number, source = 0) {
    this.sample = { stream, at: 0, x: new Float64Array(series) };
    this.pending = memory.take('pending', series, perSeries()).fill(NaN);
    this.present = memory.take('spoken', series, perSeries());
    this.time = memory.take('round', 1);
    this.source = memory.take('source', 2);
    this.only = source;
    this.resume();
  }

  /** Time of the newest reading, epoch ms; 0 before the first. */
  get at(): number {
    return this.time[0];
  }

  /** To be called after the memory was overwritten too: the only source may have been another one, or one of several, before. */
  resume(): void {
    if (this.only > 0) this.source[0] = this.only;
  }

  /**
   * Adds a reading of series d with its time, epoch ms; the value is NaN when it is no measurement. `awaited(d)`: whether a round
   * waits for series d. Returns the sample of a round that has ended, else null; the next sample overwrites it. Where a round ended
   * early and no other series is awaited, the next one is complete too: call `complete` until it returns null.
   *
   * `late`: the reading belongs to the last round, which did not wait for it. It is a sample of its own then: as the first one of the
   * next round it would meet a reading of the others that is a whole interval newer, and so would all that follow. Of no use where
   * each message is a round.
   */
  add(d: number, at: number, value: number, awaited: (d: number) => boolean, late = false): Sample | null {
    const alone = late && this.source[0] <= 0 && !this.present.includes(1);
    const brokenOff = this.present[d] === 1;
    if (brokenOff) this.finish();
    this.pending[d] = value;
    this.present[d] = 1;
    this.time[0] = Math.max(this.time[0], at);
    this.source[1]++;
    if (alone) this.finish();
    return alone || brokenOff ? this.sample : this.complete(awaited);
  }

  /** Ends the present round if a reading at `at` belongs to the next one. `intervalMs`: usual time between rounds. Returns its sample, else null. */
  endBefore(at: number, intervalMs: number): Sample | null {
    const next = intervalMs > 0 && at - this.time[0] > NEXT_ROUND * intervalMs;
    if (!next || this.source[0] > 0 || !this.present.includes(1)) return null;
    this.finish();
    return this.sample;
  }

  /** Ends the present round if it is complete. Returns its sample, else null. */
  complete(awaited: (d: number) => boolean): Sample | null {
    if (this.source[0] > 0 || !this.present.includes(1)) return null;
    for (let i = 0; i < this.present.length; i++) if (this.present[i] === 0 && awaited(i)) return null;
    this.finish();
    return this.sample;
  }

  /**
   * All readings of a message from `source`, a positive number, have been added. Returns the sample of the present round if this
   * ends it, else null. The first message with several readings sets an unknown source: messages with one reading may come from
   * one device per series.
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

  /** The sample of a stream of one series whose value has not changed until `at`. The next sample overwrites it. */
  repeat(at: number, value: number): Sample {
    this.pending[0] = value;
    this.time[0] = Math.max(this.time[0], at);
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

/*
 * The rows of numbers that go to a worker thread and come back, so that a reading needs no object. A reading or a change is a row; their
 * order is that in which the streams see them.
 */

/** What a row is. */
export const READING = 0;
export const TICK = 1;
export const BEAT = 2;
export const LEARN_EVERY = 3;
export const DOWNTIME = 4;

/** Columns of a row on its way to a thread. */
export const KIND = 0;
/** Of a reading the place of its series in the thread; otherwise the number of the stream there. */
export const INDEX = 1;
/** Time of the reading, of the tick, or of the end of the downtime, epoch ms; or the training rate. */
export const AT = 2;
/** Value of the reading; or the length of the downtime, ms. */
export const VALUE = 3;
export const RECEIVED_AT = 4;
/** NaN where the device gave no time that is not possible. */
export const SAID_AT = 5;
/** Number of the message: readings with the same one came in the same message. */
export const MESSAGE = 6;
/** Place in the order of all that is passed to any thread. */
export const POSITION = 7;
/** Row of the journal that is replayed; Infinity for a new message. */
export const SEQ = 8;
/** Hash of the topic. */
export const SOURCE = 9;
export const WIDTH = 10;

/** Columns of a row of the history that comes back: number of the stream, series in it, time of the sample; then its bucket. */
export const STREAM = 0;
export const SERIES = 1;
export const SAMPLE_AT = 2;
export const BUCKET = 3;

/** Rows that grow as needed. Their buffer is given away with each batch. */
export class Rows {
  readonly width: number;
  data: Float64Array<ArrayBuffer>;
  count = 0;

  constructor(width: number, rows: number) {
    this.width = width;
    this.data = new Float64Array(width * rows);
  }

  /** Where the next row begins. */
  add(): number {
    const at = this.count++ * this.width;
    if (at + this.width > this.data.length) {
      const more = new Float64Array(2 * this.data.length);
      more.set(this.data);
      this.data = more;
    }
    return at;
  }

  /** Gives the buffer away, and goes on with an empty one: `spare`, where it is large enough. */
  give(spare: Float64Array<ArrayBuffer> | undefined): Float64Array<ArrayBuffer> {
    const { data } = this;
    this.data = spare !== undefined && spare.length >= data.length ? spare : new Float64Array(data.length);
    this.count = 0;
    return data;
  }
}

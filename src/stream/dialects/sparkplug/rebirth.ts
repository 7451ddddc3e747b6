import { PbfWriter } from 'pbf';
import { DATATYPE } from './datatype.ts';

/** The first repetition to one edge node comes after a minute at the earliest, each further one after twice the time. */
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;
/** Requests a minute to all edge nodes of an input: after a restart of the broker, hundreds could be due at once. */
const MAX_PER_MINUTE = 20;

/** When an edge node may be asked again. */
export interface RebirthWait {
  /** Epoch ms; a request is not sent earlier. */
  notBefore: number;
  waitMs: number;
}

export const noWait = (): RebirthWait => ({ notBefore: -Infinity, waitMs: FIRST_WAIT_MS });

/** Asks edge nodes for a new birth, not too often. */
export class RebirthRequests {
  private readonly publish: (topic: string, payload: Uint8Array) => void;
  private minute = NaN;
  private sent = 0;

  constructor(publish: (topic: string, payload: Uint8Array) => void) {
    this.publish = publish;
  }

  /** Sends the command at `now` (epoch ms), unless the edge node or all together had their share. */
  request(group: string, edge: string, wait: RebirthWait, now: number): void {
    if (now < wait.notBefore) return;
    const minute = Math.floor(now / 60_000);
    if (minute !== this.minute) {
      this.minute = minute;
      this.sent = 0;
    }
    if (this.sent >= MAX_PER_MINUTE) return;
    this.sent++;
    wait.notBefore = now + wait.waitMs;
    wait.waitMs = Math.min(2 * wait.waitMs, LONGEST_WAIT_MS);
    this.publish(`spBv1.0/${group}/NCMD/${edge}`, rebirthCommand(now));
  }
}

/** NCMD with the metric `Node Control/Rebirth` = true and no seq (Sparkplug 3.0, section 6.4.22). */
export const rebirthCommand = (now: number): Uint8Array => {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, now);
  pbf.writeMessage(
    2,
    (at: number, metric) => {
      metric.writeStringField(1, 'Node Control/Rebirth');
      metric.writeVarintField(3, at);
      metric.writeVarintField(4, DATATYPE.boolean);
      metric.writeBooleanField(14, true);
    },
    now,
  );
  return pbf.finish();
};

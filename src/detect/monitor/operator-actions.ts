import { known } from '../../math/known.ts';
import type { Ending } from '../episode/anomaly.ts';
import type { PastEvent } from '../recurrence/recurrence.ts';
import { FAULT, NEW, NORMAL } from '../recurrence/signature-slots.ts';
import { isLearned, type StreamParts } from './parts.ts';

const STATES = { fault: FAULT, normal: NORMAL, none: NEW } as const;
const WORDS = { [FAULT]: 'fault', [NORMAL]: 'normal', [NEW]: null } as const;

/** The mark of an event before, and when its signature came first; null while it is still open. */
export interface MarkedEvent {
  readonly before: 'fault' | 'normal' | null;
  readonly firstAt: number | null;
}

/** The operator's actions on one stream. Each publishes the episodes that it ends, before it returns. */
export class OperatorActions {
  private readonly parts: StreamParts;
  private readonly flush: () => void;

  /** `flush` publishes the events that wait. */
  constructor(parts: StreamParts, flush: () => void) {
    this.parts = parts;
    this.flush = flush;
  }

  /** Learns nothing until `resume`, across restarts too; scores and alarms go on. */
  freeze(): void {
    this.parts.learningHeld[0] = 1;
    this.parts.applySettings();
  }

  resume(): void {
    this.parts.learningHeld[0] = 0;
    this.parts.applySettings();
  }

  /** Scores with this sensitivity until another one is set, across restarts too; null: with that of the options. */
  setSensitivity(sensitivity: number | null): void {
    this.parts.sensitivity[0] = sensitivity ?? 0;
    this.parts.applySettings();
  }

  /**
   * Begins or ends the maintenance of series d at `now`, in the time of arrival: meanwhile the stream learns nothing, and silence of
   * this sensor is not counted. Its silence begins at the end. Open episodes stay open. Independent of `freeze`.
   */
  setMaintenance(d: number, on: boolean, now: number): void {
    const { parts } = this;
    if (!on) parts.sensors[d].markDowntime(now, Infinity);
    parts.maintenance[d] = on ? 1 : 0;
    parts.applySettings();
  }

  /**
   * The device of series d announces at `now` that it is online or offline. Offline is a sensor fault at once; nothing is learned from it.
   * In maintenance it is reported at the end, if it lasts.
   */
  setAvailability(d: number, online: boolean, now: number): void {
    const { sensors, maintenance, detector } = this.parts;
    if (online) sensors[d].find(now);
    else {
      sensors[d].lose();
      if (maintenance[d] === 0 && sensors[d].tick(now)) detector.restart(d);
    }
    this.flush();
  }

  /**
   * Deletes everything learned and restarts the warm-up; with `d` only for that series. Its open episodes end. Sensor checks
   * continue.
   */
  reset(now: number, d?: number): void {
    const { parts } = this;
    const fresh = parts.fresh();
    if (d === undefined) {
      this.restoreLearned(fresh, now, 'reset');
      return;
    }
    parts.relearn(d, fresh);
    for (const { episode } of [parts.process, parts.drift])
      if (episode.series === d) parts.events.end(episode, now, 'reset');
    this.flush();
  }

  /**
   * Restores the learned state from `past`, bytes of a stream of the same shape. Sensor checks continue. Open episodes end, because
   * the state that gave their scores was replaced. Throws a RangeError, changing nothing, when the size differs.
   */
  forget(past: Uint8Array, now: number): void {
    this.restoreLearned(past, now, 'forgotten');
  }

  /**
   * Starts from the learned state of another stream of the same layout, and goes on learning: the present level is
   * the normal one, and alarms begin after the share `left` of a warm-up. Throws a RangeError, changing nothing, when the size differs.
   */
  adopt(learned: Uint8Array, left: number, now: number): void {
    this.restoreLearned(learned, now, 'reset');
    this.accept();
    for (let d = 0; d < this.parts.series.length; d++) this.parts.warmUp.shorten(d, left, now);
  }

  /** The present state is the normal one: open episodes end, and the references start from the next readings. */
  acceptAsNormal(now: number): void {
    this.accept();
    this.endAll(now, 'accepted');
  }

  private accept(): void {
    this.parts.drift.accept();
    this.parts.detector.accept();
  }

  /** The levels now are those that drift is compared with; an open episode of drift ends. */
  acceptDrift(now: number): void {
    const { drift, events } = this.parts;
    drift.accept();
    events.end(drift.episode, now, 'accepted');
    this.flush();
  }

  /**
   * An event of series d is a fault: events like it stay alarms, however often they come; normal: they are no alarm any more; null:
   * their count decides again. Returns null where no such event is remembered.
   */
  mark(d: number, event: PastEvent, said: 'fault' | 'normal' | null): MarkedEvent | null {
    const marked = this.parts.detector.recurrences[d].mark(event, STATES[said ?? 'none']);
    if (marked === null) return null;
    // Another fault soon afterwards need not be rarer than one that was none.
    if (said === 'normal' && this.isOfLastEpisode(d, event)) this.parts.process.episode.endCoolDown();
    return { before: WORDS[marked.before], firstAt: known(marked.firstAt) };
  }

  /** Whether an event of series d is that of the present or last episode, by its time. */
  private isOfLastEpisode(d: number, event: PastEvent): boolean {
    const { series, openedAt } = this.parts.process.episode;
    return event.firstAt === undefined && series === d && event.from <= openedAt && openedAt <= event.until;
  }

  private restoreLearned(bytes: Uint8Array, now: number, endedBy: Ending): void {
    const { memory, detector } = this.parts;
    memory.fromBytes(bytes, isLearned);
    for (let d = 0; d < detector.series.length; d++) detector.restart(d);
    this.endAll(now, endedBy);
    this.parts.process.episode.endCoolDown();
  }

  /** Ends the episodes of the process and of drift. A sensor's fault ends only with a valid reading. */
  private endAll(now: number, endedBy: Ending): void {
    const { process, drift, events } = this.parts;
    for (const { episode } of [process, drift]) events.end(episode, now, endedBy);
    this.flush();
  }
}

import type { AnomalyEvent } from '../../../detect/episode/anomaly.ts';
import type { Habit } from '../../../detect/episode/habit.ts';
import type { ModeReturn } from '../../../detect/episode/operating-mode.ts';
import type { Log } from '../../../log.ts';
import { isDue } from '../due.ts';
import type { Stream, StreamView } from '../stream.ts';

/** Alarm lines of one stream, or of one sensor, within `SPAN_MS`. */
const MAX_LINES = 20;
const SPAN_MS = 3_600_000;

/**
 * Logs the events for the operator: a new series, the end of a warm-up, and each alarm and each new habit with its sentence.
 *
 * The log is bounded. A series is new once and ready once after its warm-up. An alarm of the process has a cool-down, but the
 * fault of a sensor opens and closes with each reading that crosses a limit: so each stream and each sensor has 20 such lines
 * per hour, and then one line that further ones are left out. The database and the alerts have all of them.
 */
export class StreamLog {
  private readonly known = new Set<string>();
  private readonly ready = new Set<string>();
  private readonly lines = new Map<string, { since: number; count: number }>();
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  /** Call after the journal was replayed: an earlier run has logged the streams that are ready now. */
  begin(monitors: Iterable<Pick<Stream, 'status'>>): void {
    for (const { status } of monitors)
      status.series.forEach(({ slug }, d) => {
        if (status.warmupOf(d) === 1) this.ready.add(slug);
      });
  }

  /** Logs a new series. To be called for a reading of series d before its stream processes it. */
  reading({ monitor, d }: { readonly monitor: Stream; readonly d: number }, topic: string): void {
    const { slug } = monitor.series[d];
    if (this.known.has(slug) || hasRead(monitor, d)) return;
    this.known.add(slug);
    this.log('info', { series: slug, topic }, 'new series');
  }

  /** Logs when the warm-up of a stream, or of a series that came to its group later, is over; to be called every few seconds. */
  check(status: StreamView): void {
    const { stream, series, samples } = status;
    const fresh: string[] = [];
    for (let d = 0; d < series.length; d++) {
      const { slug } = series[d];
      if (status.warmupOf(d) < 1) this.ready.delete(slug);
      else if (!this.ready.has(slug)) fresh.push(slug);
    }
    if (fresh.length === 0) return;
    for (const slug of fresh) this.ready.add(slug);
    const fields = fresh.length < series.length ? { stream, series: fresh } : { stream };
    const unseen = status.unseenBy(series.findIndex(({ slug }) => fresh.includes(slug)));
    const yet = unseen.length === 0 ? {} : { unseen };
    this.log('info', { ...fields, samples, ...yet }, 'ready: the warm-up is over, alarms can open');
  }

  /** Logs an alarm that has opened, changed or closed; `now` is the time of arrival. */
  alarm({ phase, anomaly, heldUntil }: AnomalyEvent, now: number): void {
    const { id, stream, series, kind, severity, score, endedBy, incident, reason } = anomaly;
    if (!this.hasRoom(kind === 'sensor' ? series : stream, now)) return;
    const fields = {
      series,
      ...(series === stream ? {} : { stream }),
      kind,
      severity,
      score: Number(score.toPrecision(3)),
      ...(endedBy === null || endedBy === 'calm' ? {} : { endedBy }),
      ...(heldUntil === undefined ? {} : { heldUntil: new Date(heldUntil).toISOString() }),
      id,
      ...(incident === null || incident === id ? {} : { incident }),
    };
    this.log('info', fields, `alarm ${phase}: ${reason}`);
  }

  /** Logs an event that comes so often that it is no alarm any more; `now` is the time of arrival. */
  habit({ id, stream, series, reason }: Habit, now: number): void {
    if (this.hasRoom(stream, now))
      this.log('info', { series, ...(series === stream ? {} : { stream }), id }, `habit: ${reason}`);
  }

  /** Logs the return of a series to a level at which it stayed before; `now` is the time of arrival. */
  mode({ id, stream, series, reason }: ModeReturn, now: number): void {
    if (this.hasRoom(stream, now))
      this.log('info', { series, ...(series === stream ? {} : { stream }), id }, `mode: ${reason}`);
  }

  /** Whether the limit allows another line about this stream or sensor; one line when the limit is reached. */
  private hasRoom(place: string, now: number): boolean {
    const before = this.lines.get(place);
    const lines = before === undefined || isDue(now, before.since, SPAN_MS) ? { since: now, count: 0 } : before;
    this.lines.set(place, lines);
    lines.count++;
    if (lines.count === MAX_LINES + 1)
      this.log(
        'info',
        { place, lines: MAX_LINES },
        'too many alarms: further alarms of this stream are not logged for up to an hour; the database has all of them',
      );
    return lines.count <= MAX_LINES;
  }
}

/** Whether a series has had a reading that counts. */
const hasRead = (stream: Stream, d: number): boolean =>
  stream.detector === undefined ? stream.reads?.(d) === true : stream.detector.series[d].readings > 0;

import { EVIDENCE_KINDS } from '../../detect/evidence/kind.ts';
import { known } from '../../math/known.ts';
import { RECENT_COLUMNS, type Watched } from '../pipeline/recent-readings.ts';
import type { PipelineView } from '../pipeline/view.ts';
import type { NoAlarm, StreamEvent } from './contract/stream.ts';
import type { Channel, LiveSource } from './live.ts';
import type { DashboardSources } from './sources.ts';
import { findSeries, sharesOf } from './stream.ts';

/** The readings of one series, watched from the first page on that shows it to the last. */
class StreamSource implements LiveSource {
  private readonly sources: Pick<DashboardSources, 'now' | 'pipeline'>;
  private readonly series: string;
  private view: PipelineView | null = null;
  private watched: Watched | null = null;
  private sent = 0;
  private open = '';

  constructor(sources: Pick<DashboardSources, 'now' | 'pipeline'>, series: string) {
    this.sources = sources;
    this.series = series;
  }

  whole(): StreamEvent {
    this.follow();
    return this.eventFrom(0);
  }

  change(): StreamEvent | null {
    this.follow();
    const { sent, open } = this;
    const event = this.eventFrom(sent);
    this.sent = this.watched?.count ?? 0;
    this.open = event.open;
    return event.at.length > 0 || event.open !== open ? event : null;
  }

  close(): void {
    if (this.watched !== null) this.view?.endWatch(this.watched);
    this.watched = null;
  }

  /** After a reload another pipeline runs. */
  private follow(): void {
    const view = this.sources.pipeline();
    if (view === this.view && this.watched !== null) return;
    this.close();
    this.view = view;
    this.sent = 0;
    const found = findSeries(view, this.series);
    this.watched = view === null || found === null ? null : view.watch(found.monitor, found.d);
  }

  private eventFrom(from: number): StreamEvent {
    const { watched } = this;
    const columns = RECENT_COLUMNS.map((name) => [name, watched?.since(from, name).map(known) ?? []]);
    return {
      now: this.sources.now(),
      ...(Object.fromEntries(columns) as Pick<StreamEvent, (typeof RECENT_COLUMNS)[number]>),
      evidence: watched === null ? [] : evidenceOf(watched),
      noAlarm: watched === null ? null : noAlarmOf(watched),
      open: watched === null ? '' : openOf(watched),
    };
  }
}

function evidenceOf(watched: Watched): StreamEvent['evidence'] {
  const parts = Array.from(watched.parts);
  const sum = parts.reduce((a, b) => a + b);
  return sum > 0 ? sharesOf(Object.fromEntries(EVIDENCE_KINDS.map((kind, k) => [kind, parts[k] / sum]))) : [];
}

function noAlarmOf({ stream: { status }, d }: Watched): NoAlarm | null {
  const same = known(status.sameEventUntil(d));
  if (same !== null) return { why: 'same_event', until: same };
  const coolDown = status.scoreOf(d) > 1 ? known(status.coolDownUntil) : null;
  return coolDown === null ? null : { why: 'cool_down', until: coolDown };
}

/** Which alarms are open, as one text to compare. */
function openOf({ stream: { status }, d }: Watched): string {
  return `${status.suspect} ${status.drifting} ${status.faultOf(d) ?? ''}`;
}

export const streamChannel = (sources: DashboardSources): Channel => ({
  name: 'stream',
  everyMs: 250,
  open: (series) => (findSeries(sources.pipeline(), series) === null ? null : new StreamSource(sources, series)),
});

import type { Anomaly, AnomalyEvent, EpisodePhase, Severity } from './anomaly.ts';

/** Episodes of a site that opened together: one notification instead of one for each. */
export interface Incident {
  /** That of the episode which began it. */
  readonly id: string;
  readonly startAt: number;
  /** When the last of its episodes was over; null while one is open. */
  readonly endAt: number | null;
  /** The worst of its episodes'. */
  readonly severity: Severity;
  readonly episodes: number;
  readonly open: number;
  /** The series that its episodes are of, in the order in which they joined; the first `NAMED`. */
  readonly series: readonly string[];
  /** That of the episode which began it. */
  readonly reason: string;
}

export interface IncidentEvent {
  readonly phase: EpisodePhase;
  readonly at: number;
  readonly incident: Incident;
}

export interface IncidentsOptions {
  /** From the first episode on, others join for this long. */
  readonly windowMs: number;
  /** When all are over, an episode that comes back within this time is still the same incident. */
  readonly coolDownMs: number;
}

const NAMED = 20;
const SEVERITIES: readonly Severity[] = ['minor', 'major', 'critical'];

interface Live {
  readonly id: string;
  readonly beganAt: number;
  /** The newest episode of each place that can have one: a sensor, a stream's process, its drift. */
  readonly members: Map<string, Anomaly>;
  startAt: number;
  episodes: number;
  /** Since when all are over, NaN while one is open. */
  quietAt: number;
  /** How much of it the world has heard of. */
  told: string;
}

/**
 * Groups the episodes of a site. One that opens within `window` of an incident's beginning joins it; the incident is over
 * when all are, and none came back for `coolDown`. Opened and closed are told once, and between them an update, at most one
 * a tick, when others have joined or it got worse: a site-wide disturbance is one piece of news.
 *
 * Times are those of arrival. Bounded: a place is in one incident at most, and every incident has one.
 */
export class Incidents {
  private readonly options: IncidentsOptions;
  private readonly live = new Map<string, Live>();
  private readonly of = new Map<string, Live>(); // by place

  constructor(options: IncidentsOptions) {
    this.options = options;
  }

  /** Takes up the incidents that were not over, from all of their episodes, the oldest first; the world has heard of them. */
  restore(episodes: Iterable<Anomaly>): void {
    for (const anomaly of episodes) {
      if (anomaly.incident === null) continue;
      const live = this.live.get(anomaly.incident) ?? this.begin(anomaly.incident, anomaly.openedAt);
      this.put(live, anomaly);
      live.episodes++;
      live.quietAt = quietOf(live);
    }
    for (const live of this.live.values()) live.told = newsOf(live);
  }

  /** The incident that this event is of, and that it began if it did. */
  take({ phase, anomaly }: AnomalyEvent, now: number): { readonly id: string; readonly news: IncidentEvent | null } {
    const known = this.of.get(placeOf(anomaly));
    if (phase !== 'opened' && known === undefined) return { id: anomaly.id, news: null };
    const live = known ?? this.present(now) ?? this.begin(anomaly.id, now);
    const begun = live.members.size === 0;
    this.put(live, anomaly);
    if (phase === 'opened') live.episodes++;
    live.quietAt = phase === 'closed' && !hasOpen(live) ? now : quietOf(live);
    if (!begun) return { id: live.id, news: null };
    live.told = newsOf(live);
    return { id: live.id, news: { phase: 'opened', at: now, incident: describe(live) } };
  }

  /** What there is to tell at `now`: incidents that others have joined, that got worse, and that are over. */
  tick(now: number): IncidentEvent[] {
    const events: IncidentEvent[] = [];
    for (const live of this.live.values()) {
      // A clock that was set back is no reason to wait until it has caught up.
      if (now < live.quietAt) live.quietAt = now;
      const over = now - live.quietAt >= this.options.coolDownMs;
      if (over) this.end(live);
      const news = newsOf(live);
      if (!over && news === live.told) continue;
      live.told = news;
      events.push({ phase: over ? 'closed' : 'updated', at: now, incident: describe(live) });
    }
    return events;
  }

  /** The newest incident that is young enough to be joined. */
  private present(now: number): Live | undefined {
    return [...this.live.values()].findLast(({ beganAt }) => Math.abs(now - beganAt) < this.options.windowMs);
  }

  private begin(id: string, beganAt: number): Live {
    const live = { id, beganAt, members: new Map(), startAt: Infinity, episodes: 0, quietAt: NaN, told: '' };
    this.live.set(id, live);
    return live;
  }

  private put(live: Live, anomaly: Anomaly): void {
    live.members.set(placeOf(anomaly), anomaly);
    live.startAt = Math.min(live.startAt, anomaly.startAt);
    this.of.set(placeOf(anomaly), live);
  }

  private end(live: Live): void {
    this.live.delete(live.id);
    for (const place of live.members.keys()) this.of.delete(place);
  }
}

const placeOf = ({ kind, series, stream }: Anomaly): string => `${kind} ${kind === 'sensor' ? series : stream}`;

const hasOpen = ({ members }: Live): boolean => [...members.values()].some(({ endAt }) => endAt === null);

const quietOf = (live: Live): number =>
  hasOpen(live) ? NaN : Math.max(...[...live.members.values()].map(({ endAt }) => endAt!));

const severityOf = ({ members }: Live): Severity =>
  SEVERITIES[Math.max(...[...members.values()].map(({ severity }) => SEVERITIES.indexOf(severity)))];

/** What is worth an update when it changes. */
const newsOf = (live: Live): string => `${live.episodes} ${severityOf(live)}`;

function describe(live: Live): Incident {
  const episodes = [...live.members.values()];
  const open = episodes.filter(({ endAt }) => endAt === null).length;
  return {
    id: live.id,
    startAt: live.startAt,
    endAt: open > 0 ? null : quietOf(live),
    severity: severityOf(live),
    episodes: live.episodes,
    open,
    series: [...new Set(episodes.map(({ series }) => series))].slice(0, NAMED),
    reason: episodes[0].reason,
  };
}

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

/** An episode as of its last news. */
export interface EpisodeNews {
  readonly anomaly: Anomaly;
  /** The time of the news. */
  readonly at: number;
  /** When it was heard, in the time of arrival. */
  readonly heardAt: number;
}

/** An incident that is not over, as it was last told. */
export interface OpenIncident extends Pick<Incident, 'id' | 'severity' | 'episodes'> {
  /** All of its episodes, in the order in which they joined. */
  readonly members: readonly EpisodeNews[];
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
  /** Since when all are over, in their own time and in that of arrival; NaN while one is open. */
  quietAt: number;
  quietHeardAt: number;
  /** How much of it the world has heard of. */
  told: string;
}

/**
 * Groups the episodes of a site. One that opens within `window` of an incident's beginning joins it; the incident is over
 * when all are, and none came back for `coolDown`. Opened and closed are told once, and between them an update, at most one
 * a tick, when others have joined or it got worse: a site-wide disturbance is one piece of news.
 *
 * Which episodes belong together goes by their own times, so that a recording gives what the service gave; when it is told
 * goes by the time of arrival. Bounded: a place is in one incident at most, and every incident has one.
 */
export class Incidents {
  private readonly options: IncidentsOptions;
  private readonly live = new Map<string, Live>();
  private readonly of = new Map<string, Live>(); // by place

  constructor(options: IncidentsOptions) {
    this.options = options;
  }

  /** Takes up the incidents that were not over. */
  restore(incidents: Iterable<OpenIncident>): void {
    for (const { id, severity, episodes, members } of incidents) {
      if (members.length === 0) continue;
      const live = this.begin(id, members[0].anomaly.openedAt);
      for (const { anomaly } of members) this.put(live, anomaly);
      live.episodes = members.length;
      live.told = newsOf(episodes, severity);
      if (hasOpen(live)) continue;
      const last = members.reduce((latest, news) => (news.heardAt >= latest.heardAt ? news : latest));
      live.quietAt = last.at;
      live.quietHeardAt = last.heardAt;
    }
  }

  /** The incident of an event that is heard at `now`, and what there is to tell of it. */
  take(
    { phase, at, anomaly }: AnomalyEvent,
    now: number,
  ): { readonly id: string; readonly news: readonly IncidentEvent[] } {
    const news: IncidentEvent[] = [];
    let known = this.of.get(placeOf(anomaly));
    if (phase !== 'opened' && known === undefined) return { id: anomaly.id, news };
    if (known !== undefined && this.isOver(known, at)) {
      news.push(this.close(known, now));
      known = undefined;
    }
    const live = known ?? this.present(at) ?? this.begin(anomaly.id, at);
    const begun = live.members.size === 0;
    this.put(live, anomaly);
    if (phase === 'opened') live.episodes++;
    const quiet = !hasOpen(live);
    live.quietAt = quiet ? at : NaN;
    live.quietHeardAt = quiet ? now : NaN;
    if (begun) {
      const incident = describe(live);
      live.told = newsOf(incident.episodes, incident.severity);
      news.push({ phase: 'opened', at: now, incident });
    }
    return { id: live.id, news };
  }

  /** What there is to tell at `now`: incidents that others have joined, that got worse, and that are over. */
  tick(now: number): IncidentEvent[] {
    const events: IncidentEvent[] = [];
    for (const live of this.live.values()) {
      // A clock that was set back is no reason to wait until it has caught up.
      if (now < live.quietHeardAt) live.quietHeardAt = now;
      if (now - live.quietHeardAt >= this.options.coolDownMs) {
        events.push(this.close(live, now));
        continue;
      }
      const news = newsOf(live.episodes, severityOf(live));
      if (news === live.told) continue;
      live.told = news;
      events.push({ phase: 'updated', at: now, incident: describe(live) });
    }
    return events;
  }

  private isOver(live: Live, at: number): boolean {
    return at - live.quietAt >= this.options.coolDownMs;
  }

  /** The newest incident that is young enough to be joined. */
  private present(at: number): Live | undefined {
    return [...this.live.values()].findLast(
      (live) => Math.abs(at - live.beganAt) < this.options.windowMs && !this.isOver(live, at),
    );
  }

  private begin(id: string, beganAt: number): Live {
    const live = {
      id,
      beganAt,
      members: new Map(),
      startAt: Infinity,
      episodes: 0,
      quietAt: NaN,
      quietHeardAt: NaN,
      told: '',
    };
    this.live.set(id, live);
    return live;
  }

  private put(live: Live, anomaly: Anomaly): void {
    live.members.set(placeOf(anomaly), anomaly);
    live.startAt = Math.min(live.startAt, anomaly.startAt);
    this.of.set(placeOf(anomaly), live);
  }

  private close(live: Live, at: number): IncidentEvent {
    this.live.delete(live.id);
    for (const place of live.members.keys()) this.of.delete(place);
    return { phase: 'closed', at, incident: describe(live) };
  }
}

const placeOf = ({ kind, series, stream }: Anomaly): string => `${kind} ${kind === 'sensor' ? series : stream}`;

const hasOpen = ({ members }: Live): boolean => [...members.values()].some(({ endAt }) => endAt === null);

const quietOf = (live: Live): number =>
  hasOpen(live) ? NaN : Math.max(...[...live.members.values()].map(({ endAt }) => endAt!));

const severityOf = ({ members }: Live): Severity =>
  SEVERITIES[Math.max(...[...members.values()].map(({ severity }) => SEVERITIES.indexOf(severity)))];

/** What is worth an update when it changes. */
const newsOf = (episodes: number, severity: Severity): string => `${episodes} ${severity}`;

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

/* The data of the pages of a hub. Times are epoch ms. */

export interface HubSite {
  readonly site: string;
  readonly state: 'online' | 'offline' | 'missing';
  /** Null for a site that must be there and was never heard of. */
  readonly heardAt: number | null;
  readonly version: string | null;
  readonly series: number;
  readonly alarms: number;
  readonly critical: number;
}

/** `GET api/sites?filter=&page=`: at most 200 sites. */
export interface HubSitesBody {
  readonly sites: readonly HubSite[];
  /** Sites that the filter lets through. */
  readonly found: number;
  /** There is a further page. */
  readonly more: boolean;
  /** Figures over all sites. */
  readonly all: { readonly sites: number; readonly missing: number; readonly alarms: number };
  /** What the hub itself has found and is open: sentences. */
  readonly alerts: readonly {
    readonly subject: string;
    readonly about: 'site' | 'asset';
    readonly openedAt: number;
    readonly reason: string;
  }[];
  readonly connected: boolean;
}

export type Severity = 'minor' | 'major' | 'critical';

export interface HubIncident {
  readonly site: string;
  readonly id: string;
  readonly severity: Severity;
  readonly startAt: number;
  readonly endAt: number | null;
  readonly closed: boolean;
  readonly episodes: number;
  readonly reason: string;
}

/** `GET api/incidents?open=&severity=&page=`: at most 200 incidents. */
export interface HubIncidentsBody {
  readonly incidents: readonly HubIncident[];
  /** There is a further page. */
  readonly more: boolean;
}

export interface HubAlarm {
  readonly id: string;
  readonly series: string;
  readonly severity: Severity;
  readonly kind: 'process' | 'sensor' | 'drift';
  readonly openedAt: number;
  readonly closed: boolean;
  readonly reason: string;
}

export interface HubSeries {
  readonly slug: string;
  readonly label: string | null;
  readonly phase: 'learning' | 'ready' | 'silent';
  readonly value: number | null;
  readonly expected: number | null;
  readonly unit: string;
  readonly anomaly: boolean;
  readonly at: number;
}

export interface HubSentCommand {
  readonly id: string;
  readonly command: string;
  readonly series: string | null;
  readonly sender: string;
  readonly at: number;
  /** Null until the site has answered. */
  readonly status: 'done' | 'refused' | null;
  readonly text: string | null;
}

export interface HubSiteBody {
  readonly site: HubSite;
  readonly alarms: readonly HubAlarm[];
  readonly series: readonly HubSeries[];
  readonly commands: readonly HubSentCommand[];
  /** Whether commands can be sent. */
  readonly canCommand: boolean;
}

/** A member of a class of like assets, and what its peers do. */
export interface HubAsset {
  readonly subject: string;
  readonly mean: number | null;
  readonly spread: number | null;
  readonly alarms: number;
  readonly differs: boolean;
  /** One sentence with numbers; empty where there are too few members or days. */
  readonly text: string;
}

export interface HubAssetsBody {
  readonly classes: readonly {
    readonly name: string;
    readonly unit: string;
    readonly assets: readonly HubAsset[];
  }[];
}

/** The answer to a command. `pending`: it is sent, and the site has not answered yet. */
export interface HubCommandReply {
  readonly id: string;
  readonly status: 'done' | 'refused' | 'pending';
  readonly text: string;
}

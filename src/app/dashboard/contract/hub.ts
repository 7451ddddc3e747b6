import type { Severity } from '../../../detect/episode/anomaly.ts';
import type { ListedAlarm, ListedAlert, ListedCommand, ListedIncident, ListedSeries } from '../../../io/hub/lists.ts';

/* The data of the pages of a hub: rows of its lists, with true and false. Times are epoch ms. */

export interface HubSite {
  readonly site: string;
  readonly state: 'online' | 'offline' | 'missing';
  /** Null for a site that must be there and has never sent a message. */
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
  readonly alerts: readonly ListedAlert[];
  readonly connected: boolean;
}

export type { Severity };

export type HubIncident = Omit<ListedIncident, 'closed'> & { readonly closed: boolean };

/** `GET api/incidents?open=&severity=&page=`: at most 200 incidents. */
export interface HubIncidentsBody {
  readonly incidents: readonly HubIncident[];
  /** There is a further page. */
  readonly more: boolean;
}

export type HubAlarm = Omit<ListedAlarm, 'closed'> & { readonly closed: boolean };

export type HubSeries = Omit<ListedSeries, 'anomaly'> & { readonly anomaly: boolean };

export type HubSentCommand = ListedCommand;

export interface HubSiteBody {
  readonly site: HubSite;
  /** Of a cluster, as of its last health; null for a service on one machine. */
  readonly workers: number | null;
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

/** What became of a stream. */
export interface HubTransferredStream {
  readonly stream: string;
  /** `site/stream` whose state it got; null for a stream that was fetched, and where nothing is stored. */
  readonly from: string | null;
  readonly done: boolean;
  readonly text: string;
}

/** `GET api/site/:site/learned`: learned states that the hub has of a site, the newest of each stream first, and the last requests. */
export interface HubLearnedBody {
  readonly stored: readonly {
    readonly stream: string;
    readonly samples: number;
    /** When the site made it, and when the hub stored it. */
    readonly at: number;
    readonly storedAt: number;
    /** Bytes. */
    readonly size: number;
  }[];
  readonly transfers: readonly {
    readonly id: string;
    readonly direction: 'fetch' | 'send';
    readonly sender: string;
    readonly at: number;
    readonly status: 'running' | 'done' | 'failed';
    readonly text: string;
    readonly streams: readonly HubTransferredStream[];
  }[];
  /** Sites of which something is stored. */
  readonly sites: readonly string[];
  readonly canCommand: boolean;
}

/** The answer to `POST api/site/:site/learned`, which begins a transfer. */
export interface HubTransferReply {
  readonly id: string;
  readonly status: 'running' | 'done' | 'failed';
  readonly text: string;
}

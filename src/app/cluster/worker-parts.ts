import { layoutOf } from '../../config/cluster-layout.ts';
import type { ClusterOptions } from '../../config/schema/cluster.ts';
import type { Site } from '../../config/schema/site.ts';
import type { Nats } from '../../io/nats/connection.ts';
import { HubForwarder } from '../../io/nats/hub-forwarder.ts';
import { namesOf } from '../../io/nats/names.ts';
import { PartitionTable } from '../../io/nats/partition-table.ts';
import { Presence, type WorkerInfo } from '../../io/nats/presence.ts';
import { StateStore } from '../../io/nats/state-store.ts';
import { makeStreams } from '../../io/nats/streams.ts';
import type { Log } from '../../log.ts';
import type { Kernel } from '../../nn/kernel.ts';
import { commandTopicsOf } from '../broker-options.ts';
import { Tallies } from '../pipeline/tallies.ts';
import { version } from '../version.ts';
import { ClusterLearned } from './learned/cluster-learned.ts';
import { SavedPartitions } from './learned/saved-partitions.ts';
import { PartitionSet } from './partition-set.ts';
import { SiteAnswers } from './site-answers.ts';
import { SiteStatus } from './site-status.ts';
import { workerHealth } from './worker-health.ts';

export interface WorkerPartsOptions {
  /** Name of the worker. */
  readonly worker: string;
  readonly site: Site;
  readonly cluster: ClusterOptions;
  readonly nats: Nats;
  readonly kernel: () => Kernel | null;
  readonly log: Log;
}

/** What the parts call; none of it before all of them are open. */
export interface WorkerPartsHandlers {
  /** Looks at the other workers so far. */
  readonly rounds: () => number;
  /** A partition was taken or is gone. */
  readonly onChange: () => void;
  /** A partition has failed by an internal error. */
  readonly onFailure: (error: unknown) => void;
}

/** The parts of a worker. */
export type WorkerParts = Awaited<ReturnType<typeof openWorkerParts>>;

const MEGABYTE = 1e6;

/**
 * Makes the streams and buckets of the site where they are not there, and the parts of a worker over them. They have no partition yet, and
 * other workers do not see this one. Rejects with `cluster_unavailable` or `cluster_mismatch`.
 */
export async function openWorkerParts(options: WorkerPartsOptions, handlers: WorkerPartsHandlers) {
  const { worker, site, cluster, nats, log } = options;
  const { partitions, maxMegabytes, deduplicate, lease, replicas, hub } = cluster;
  const names = namesOf(site.site, site.mqtt.prefix);
  const layout = layoutOf({ ...site, cluster });
  const buckets = await makeStreams(nats, {
    names,
    transforms: layout.transforms,
    commands: site.commands.mqtt,
    maxBytes: maxMegabytes * MEGABYTE,
    deduplicateMs: deduplicate,
    leaseMs: lease,
    replicas,
  });
  const info: WorkerInfo = { startedAt: Date.now(), version: version() };
  const table = new PartitionTable(buckets.partitions, partitions);
  const presence = new Presence(buckets.workers, worker, info);
  const store = await StateStore.open(nats, names.state);
  const tallies = new Tallies();
  const ofSite = { nats, names, site: site.site, prefix: site.mqtt.prefix };
  const topics = commandTopicsOf(site);
  const answers = topics === null ? null : new SiteAnswers({ ...ofSite, partitions, topic: topics.replyTopic(null) });
  const { rounds, ...changes } = handlers;
  const set = new PartitionSet({ ...options, layout, names, table, presence, store, tallies, answers, ...changes });
  const learned = ClusterLearned.of({ ...options, layout, names, tallies, saved: new SavedPartitions(table, store) });
  const health = workerHealth({ site, nats, tallies, log, runs: () => set.runs, rounds });
  const { monitor } = health.health;
  return {
    info,
    names,
    table,
    presence,
    tallies,
    set,
    health,
    status: new SiteStatus({ nats, names, presence, leaseMs: lease, log, worker, health: () => monitor.health }),
    /** This and the next one null without commands over MQTT. */
    answers,
    learned,
    /** Null where the site has no hub. */
    forwarder:
      hub === undefined
        ? null
        : new HubForwarder({
            ...{ ...ofSite, log, domain: hub.domain, replicas: hub.replicas, deduplicateMs: deduplicate },
          }),
  };
}

import type { DeliverPolicy, JsMsg } from '@nats-io/jetstream';
import { Subject } from 'rxjs';
import { SnapshotMap } from '../../src/app/cluster/partition-ports.ts';
import { stateFrom } from '../../src/app/cluster/partition-state.ts';
import type { PipelineControl } from '../../src/app/pipeline/control.ts';
import { Tallies } from '../../src/app/pipeline/tallies.ts';
import { pipeline } from '../../src/app/pipeline.ts';
import { siteSchema } from '../../src/config/schema/site.ts';
import { loadKernel } from '../../src/io/files/kernel-file.ts';
import { alertsOver } from '../../src/io/mqtt/alerts.ts';
import type { Nats } from '../../src/io/nats/connection.ts';
import { StateStore } from '../../src/io/nats/state-store.ts';
import type { Message } from '../../src/stream/message.ts';
import { PASSING_LEDGER } from '../../src/stream/ports/passing-ledger.ts';
import { topicOf } from '../../src/stream/names/partition.ts';
import type { Snapshot } from '../../src/stream/ports/ports.ts';
import { parse } from 'yaml';
import { NAMES, SITE, siteText, type FleetRig, type SiteOptions } from './fleet-rig.ts';

/** What became of the readings and alerts, compared with one pipeline of the service that gets the same messages. */
export interface FleetVerdict {
  /** Messages in the stream. */
  readonly stored: number;
  /** Readings that the one pipeline has taken in. */
  readonly counted: number;
  readonly streams: number;
  /** Streams that no partition has, or several. */
  readonly misplaced: number;
  /** Streams whose state is not the same, bit for bit. */
  readonly differing: number;
  readonly alerts: number;
  /** Alerts that the one pipeline has given, and the cluster has not, or not with the same content; and the other way round. */
  readonly alertsMissing: number;
  readonly alertsTwice: number;
}

/** All messages of a stream of NATS. */
export async function* allOf(nats: Nats, stream: string, filter = '>'): AsyncGenerator<JsMsg, void, undefined> {
  const { messages } = (await nats.jsm.streams.info(stream, { subjects_filter: filter })).state;
  const consumer = await nats.js.consumers.get(stream, {
    filter_subjects: [filter],
    deliver_policy: 'all' as DeliverPolicy,
  });
  const { num_pending: pending } = await consumer.info();
  if (messages === 0 || pending === 0) return;
  for await (const message of await consumer.consume({ max_messages: 1000 })) {
    yield message;
    if (message.info.pending === 0) return;
  }
}

/** The states of the checkpoints by stream, each with the number of partitions that have it. */
async function checkpoints({
  nats,
  records,
}: FleetRig): Promise<ReadonlyMap<string, { readonly snapshot: Snapshot; places: number }>> {
  const store = await StateStore.open(nats, NAMES.state);
  const found = new Map<string, { readonly snapshot: Snapshot; places: number }>();
  for (const record of await records()) {
    if (record?.state == null) continue;
    for (const snapshot of stateFrom(await store.get(record.state)).snapshots) {
      const before = found.get(snapshot.stream);
      if (before === undefined) found.set(snapshot.stream, { snapshot, places: 1 });
      else before.places++;
    }
  }
  return found;
}

/** An alert without its incident: the partitions of a cluster have incidents of their own. */
const comparable = (payload: string): string => JSON.stringify({ ...(JSON.parse(payload) as object), incident: null });
const idOf = (payload: string): string => (JSON.parse(payload) as { readonly message_id: string }).message_id;

/** To be called when all workers have ended in order. */
export async function judge(rig: FleetRig, options: SiteOptions): Promise<FleetVerdict> {
  const site = { ...(parse(siteText('nats://localhost:4222', options)) as object), cluster: undefined };
  const messages$ = new Subject<Message>();
  const expected = new Map<string, string>();
  const snapshots = new SnapshotMap([]);
  const tallies = new Tallies();
  let control!: PipelineControl;
  const nothing = (): void => undefined;
  const alerts = alertsOver(
    {
      add: (topic, payload) => {
        if (topic.endsWith('/incident/event')) return;
        expected.set(idOf(payload), comparable(payload));
      },
    },
    { publish: nothing },
    'zankyo',
    SITE,
  );
  const anomalyLog = {
    ...{ record: nothing, recordIncident: nothing, recordHabit: nothing, recordHabitsOf: nothing },
    ...{ recordModesOf: nothing, openIncidents: () => [], quarantine: nothing },
  };
  const ports = { messages$, alerts, anomalyLog, snapshots, ledger: PASSING_LEDGER };
  const subscription = pipeline(siteSchema.parse(site), ports, {
    log: nothing,
    kernel: loadKernel(),
    tallies,
    onControl: (started) => (control = started),
  }).subscribe();
  let stored = 0;
  for await (const { subject, data, info } of allOf(rig.nats, NAMES.readings, '_p.>')) {
    stored++;
    const topic = topicOf(subject.split('.').slice(2).join('.'));
    const receivedAt = Math.floor(info.timestampNanos / 1e6);
    messages$.next({ topic, payload: data, receivedAt, retained: false, redelivered: false });
  }
  control.saveNow();
  subscription.unsubscribe();

  const saved = await checkpoints(rig);
  const own = snapshots.all();
  let misplaced = 0;
  let differing = 0;
  for (const { stream, bytes } of own) {
    const found = saved.get(stream);
    if (found?.places !== 1) misplaced++;
    else if (Buffer.compare(found.snapshot.bytes, bytes) !== 0) differing++;
  }
  const published: string[] = [];
  for await (const { data } of allOf(rig.nats, NAMES.alerts, `${NAMES.subjects.alerts}.series.>`))
    published.push(Buffer.from(data).toString());
  const ids = new Set(published.map(idOf));
  const right = new Set(published.map(comparable));
  return {
    stored,
    counted: tallies.readings,
    streams: own.length,
    misplaced: misplaced + [...saved.keys()].filter((stream) => own.every((each) => each.stream !== stream)).length,
    differing,
    alerts: published.length,
    alertsMissing:
      [...expected.values()].filter((payload) => !right.has(payload)).length +
      [...ids].filter((id) => !expected.has(id)).length,
    alertsTwice: published.length - ids.size,
  };
}

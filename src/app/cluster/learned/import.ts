import { EventPublisher } from '../../../io/nats/event-publisher.ts';
import type { Nats } from '../../../io/nats/connection.ts';
import type { Names } from '../../../io/nats/names.ts';
import type { Log } from '../../../log.ts';
import type { CommandRequest } from '../../../stream/ports/ports.ts';
import { AppError } from '../../../errors.ts';
import type { Reply } from '../../commands/reply.ts';
import { Tallies } from '../../pipeline/tallies.ts';
import { alertsTo, anomaliesTo } from '../partition-outlets.ts';
import { PartitionPipeline } from '../partition-pipeline.ts';
import { partOf } from '../partition-site.ts';
import type { PartitionState } from '../partition-state.ts';
import type { ClusterSite } from './export.ts';
import type { SavedPartitions } from './saved-partitions.ts';

/** A command import with its file, as JSON. */
export type ImportRequest = Pick<CommandRequest, 'source' | 'payload'> & { readonly file: Uint8Array };

/** Reads the file when its turn comes. */
export type Offer = () => ImportRequest;

export interface Answer {
  readonly reply: Reply;
  /** The offer that it is about. */
  readonly tried: number;
}

export interface ImportOptions extends ClusterSite {
  readonly saved: SavedPartitions;
  readonly nats: Nats;
  readonly names: Names;
  readonly log: Log;
}

type Event = Parameters<EventPublisher['publish']>;

/** A worker saves the partition every checkpoint_every; to be overtaken more often than this is no chance. */
const ATTEMPTS = 5;
/** The server has to take the alerts in this time. */
const PUBLISH_MS = 30_000;

/**
 * Carries out imports in the last checkpoint of partition `n`, by the pipeline and the commands of a worker, and puts the checkpoint that
 * follows in its place. So it is done as a whole or not at all, whether a worker has the partition or not. A worker that has it stops; one
 * restores it, and processes the messages since then again. `streams`: for each the offers to try, until one is carried out. Resolves with
 * the answer to the last one tried of each.
 */
export async function importInto(
  n: number,
  streams: readonly (readonly Offer[])[],
  options: ImportOptions,
): Promise<readonly Answer[]> {
  const { saved, nats } = options;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = await saved.read(n);
    if (before === null) break;
    const { answers, state, events } = carriedOut(n, before.state, streams, options);
    const isDone = answers.some(({ reply }) => reply.status === 'done');
    if (isDone && !(await saved.replace(n, before, state))) continue;
    if (isDone) await publish(nats, events);
    return answers;
  }
  throw new AppError(
    'cluster_unavailable',
    `the checkpoint of partition ${n} was replaced ${ATTEMPTS} times meanwhile`,
  );
}

function carriedOut(
  n: number,
  before: PartitionState,
  streams: readonly (readonly Offer[])[],
  { site, layout, kernel, names, log }: ImportOptions,
): { readonly answers: readonly Answer[]; readonly state: PartitionState; readonly events: readonly Event[] } {
  const events: Event[] = [];
  const publisher = {
    publish: (...event: Event) => events.push(event),
    // The worker that goes on with the partition publishes states.
    publishState: () => undefined,
  };
  const outlets = { site: site.site, prefix: site.mqtt.prefix, names, publisher };
  let failure: unknown;
  const pipeline = new PartitionPipeline(
    {
      ...partOf(site, layout.groups, n),
      ...{ kernel: kernel(), tallies: new Tallies() },
      // The answer is logged by who asked, when it is in the checkpoint.
      log: (level, fields, message) => {
        if (level !== 'info') log(level, { partition: n, ...fields }, message);
      },
      alerts: alertsTo(outlets),
      anomaliesOver: (anomalies) => anomaliesTo(anomalies, outlets),
      reply: () => undefined,
      replyForSite: () => undefined,
      onError: (error) => (failure = error),
    },
    before,
  );
  try {
    const answers = streams.map((offers) => lastOf(pipeline, offers));
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the error of the pipeline as it is
    if (failure !== undefined) throw failure;
    return { answers, state: pipeline.state(), events };
  } finally {
    pipeline.stop();
  }
}

function lastOf(pipeline: PartitionPipeline, offers: readonly Offer[]): Answer {
  let answer!: Answer;
  for (const [tried, offer] of offers.entries()) {
    const reply = (payload: string): void => {
      answer = { reply: JSON.parse(payload) as Reply, tried };
    };
    pipeline.carryOut({ series: null, message: null, row: null, ...offer(), reply });
    if (answer.reply.status === 'done') break;
  }
  return answer;
}

/** Publishes the alerts of the import, as of episodes that it ended, when it is in the checkpoint. */
async function publish(nats: Nats, events: readonly Event[]): Promise<void> {
  const publisher = new EventPublisher(nats);
  const giveUp = setTimeout(() => {
    publisher.close();
  }, PUBLISH_MS);
  for (const event of events) publisher.publish(...event);
  await publisher.settled();
  clearTimeout(giveUp);
}

import { randomUUID } from 'node:crypto';
import type { Subscription } from '@nats-io/transport-node';
import type { CommandTopics } from '../../../io/mqtt/command-topics.ts';
import { EventPublisher } from '../../../io/nats/event-publisher.ts';
import { compileGlobs } from '../../../stream/names/glob.ts';
import { topicOf } from '../../../stream/names/partition.ts';
import type { CommandRequest } from '../../../stream/ports/ports.ts';
import { commandTopicsOf } from '../../broker-options.ts';
import { isRefused, refuse, type Refused } from '../../commands/refusals.ts';
import { replyTo, type Reply } from '../../commands/reply.ts';
import { parseRequest, type Command } from '../../commands/request.ts';
import { RateLimit } from '../../commands/rate-limit.ts';
import type { Tallies } from '../../pipeline/tallies.ts';
import { LearnedBundle, refuseMany } from '../../learned/bundle.ts';
import { LearnedInbox } from '../../learned/inbox.ts';
import { LearnedOutbox } from '../../learned/outbox.ts';
import { publishTopic } from '../partition-outlets.ts';
import { learnedIn } from './export.ts';
import { fieldsOf } from './fields.ts';
import { importInto, type ImportOptions, type Offer } from './import.ts';
import { NOT_SAVED } from './saved-partitions.ts';

export interface ClusterLearnedOptions extends ImportOptions {
  readonly tallies: Tallies;
}

/** Requests that are answered at once; then one a second. Further ones are counted and get no answer. */
const BURST = 20;
const EVERY_MS = 1_000;

type Result = { readonly text: string; readonly undo: boolean } | Refused;

/**
 * The commands export and import of a cluster over MQTT. One worker at a time carries them out, on the last checkpoints of all partitions:
 * no partition has to be asked, and there is one answer. The messages are not in a stream; those that come while no worker is in charge,
 * for a few seconds after a failure, are lost, and get no answer.
 */
export class ClusterLearned {
  readonly #options: ClusterLearnedOptions;
  readonly #topics: CommandTopics;
  readonly #publisher: EventPublisher;
  readonly #inbox: LearnedInbox;
  readonly #outbox: LearnedOutbox;
  readonly #rate = new RateLimit(BURST, EVERY_MS);
  #subscriptions: readonly Subscription[] = [];
  #collecting = false;
  #importing = false;

  /** Null where commands over MQTT are off. */
  static of(options: ClusterLearnedOptions): ClusterLearned | null {
    const topics = commandTopicsOf(options.site);
    return topics === null ? null : new ClusterLearned(options, topics);
  }

  private constructor(options: ClusterLearnedOptions, topics: CommandTopics) {
    this.#options = options;
    this.#topics = topics;
    this.#publisher = new EventPublisher(options.nats);
    const { connection } = options.nats;
    const { learned } = options.names.subjects;
    this.#outbox = new LearnedOutbox({
      publish: (payload, onSettled) => {
        if (connection.isClosed()) return;
        connection.publish(learned, payload);
        connection.flush().then(onSettled, onSettled);
      },
    });
    this.#inbox = new LearnedInbox({ admit: () => true, reply: () => undefined, now: () => Date.now() });
    this.#inbox.requests$.subscribe((request) => {
      void this.#import(request);
    });
  }

  /** This worker is in charge from now on. */
  start(): void {
    if (this.#subscriptions.length > 0) return;
    const { nats, names } = this.#options;
    const { imports, commands } = names.subjects;
    const subscribe = (subject: string, take: (topic: string, payload: Uint8Array) => void): Subscription =>
      nats.connection.subscribe(subject, {
        callback: (error, message) => {
          if (error === null) take(topicOf(message.subject), message.data);
        },
      });
    this.#subscriptions = [
      subscribe(imports, (topic, payload) => {
        this.#inbox.take({ topic, payload, receivedAt: Date.now(), retained: false, redelivered: false });
      }),
      ...commands.map((subject) =>
        subscribe(subject, (topic, payload) => {
          void this.#export(topic, payload);
        }),
      ),
    ];
  }

  /** Another worker is in charge from now on. This one finishes the requests that it has begun. */
  stop(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#subscriptions = [];
    this.#inbox.stop();
  }

  /** The worker ends. */
  end(): void {
    this.stop();
    this.#publisher.close();
  }

  async #export(topic: string, payload: Uint8Array): Promise<void> {
    if (fieldsOf(payload).command !== 'export' || !this.#admits()) return;
    const { site } = this.#options;
    const topics = this.#topics;
    const ofTopic = topics.seriesOf(topic);
    const parsed = parseRequest(payload, site.site, ofTopic);
    const asked = isRefused(parsed)
      ? { id: parsed.id, series: ofTopic }
      : { id: parsed.command.id ?? `auto-${randomUUID()}`, series: parsed.command.series ?? null };
    const answer = (result: Result): void => {
      this.#answer(topics.replyTopic(ofTopic), replyTo({ ...asked, command: 'export', at: Date.now() }, result));
    };
    if (isRefused(parsed)) answer(parsed);
    else if (this.#collecting || this.#outbox.isSending()) answer(refuse('transfer_running'));
    else {
      this.#collecting = true;
      const bundle = await this.#guarded('export', () => this.#collected(parsed.command));
      const result = bundle instanceof LearnedBundle ? bundle.result() : bundle;
      this.#collecting = false;
      if (isRefused(result)) answer(result);
      else {
        answer({ text: result.text, undo: false });
        this.#outbox.send(asked.id!, result.files);
      }
    }
  }

  #admits(): boolean {
    const admitted = this.#rate.admits(Date.now());
    if (!admitted) this.#options.tallies.commands.refused++;
    return admitted;
  }

  async #collected(command: Command): Promise<LearnedBundle | Refused> {
    const { saved } = this.#options;
    const { series } = command;
    const patterns = (command.command === 'export' ? command.streams : undefined) ?? ['*'];
    const matches = compileGlobs(series === undefined ? patterns : [this.#streamOf(series)]);
    const tooMany = refuseMany(await saved.countOf(matches));
    if (tooMany !== null) return tooMany;
    const bundle = new LearnedBundle();
    for await (const { file } of learnedIn(saved, this.#options, matches)) {
      const refused = file === null || file.samples === 0 ? null : bundle.add(file);
      if (refused !== null) return refused;
    }
    return bundle;
  }

  async #import(request: CommandRequest): Promise<void> {
    if (!this.#admits()) return;
    const parsed = parseRequest(request.payload, this.#options.site.site, null);
    const command = isRefused(parsed) ? null : parsed.command;
    const asked = { id: command?.id ?? null, command: 'import', series: command?.series ?? null };
    const answer = (reply: Reply): void => {
      this.#answer(this.#topics.replyTopic(null), reply);
    };
    const refused = isRefused(parsed) ? parsed : this.#refusal(request);
    if (refused !== null) answer(replyTo({ ...asked, at: Date.now() }, refused));
    else {
      this.#importing = true;
      const reply = await this.#guarded('import', () => this.#imported(request, asked.series!));
      this.#importing = false;
      answer('status' in reply ? reply : replyTo({ ...asked, at: Date.now() }, reply));
    }
  }

  #refusal({ refused, file }: CommandRequest): Refused | null {
    if (refused !== undefined) return refuse(refused);
    if (file === undefined) return refuse('no_file');
    return this.#importing ? refuse('transfer_running') : null;
  }

  async #imported({ payload, file }: CommandRequest, series: string): Promise<Reply | Refused> {
    const home = await this.#options.saved.homeOf(this.#streamOf(series));
    if (home === null) return refuse('unknown_series', NOT_SAVED);
    const offer: Offer = () => ({ source: 'mqtt', payload, file: file! });
    const [{ reply }] = await importInto(home, [[offer]], this.#options);
    return reply;
  }

  /** The group of a series that learns in one. */
  #streamOf(series: string): string {
    const groups = Object.entries(this.#options.site.groups);
    return groups.find(([, group]) => group.series.includes(series))?.[0] ?? series;
  }

  async #guarded<T extends object>(command: string, task: () => Promise<T>): Promise<T | Refused> {
    try {
      return await task();
    } catch (error) {
      this.#options.log('error', { err: error, command }, 'learned states of the cluster could not be read or written');
      return refuse('failed');
    }
  }

  #answer(topic: string, reply: Reply): void {
    const { site, names, log, tallies } = this.#options;
    const { id, command, series, code, text } = reply;
    tallies.commands[reply.status]++;
    log('info', { id, command, series, ...(code === null ? {} : { code }) }, `command: ${text}`);
    const outlets = { site: site.site, prefix: site.mqtt.prefix, names, publisher: this.#publisher };
    // An answer to a request that comes again is published again.
    publishTopic(outlets, topic, JSON.stringify(reply), randomUUID());
  }
}

import type { Observable } from 'rxjs';
import type { Broker } from '../../io/mqtt/broker.ts';
import type { CommandTopics } from '../../io/mqtt/command-topics.ts';
import type { CommandRequest, LearnedPort, LedgerPort } from '../../stream/ports/ports.ts';
import { LearnedInbox } from './inbox.ts';
import { LearnedOutbox } from './outbox.ts';

export interface SiteLearnedOptions {
  readonly broker: Pick<Broker, 'messages$' | 'publishEvent'>;
  /** Null where commands over MQTT are off: then nothing is sent and nothing taken. */
  readonly topics: () => CommandTopics | null;
  readonly ledger: Pick<LedgerPort, 'admit' | 'recordReadings'>;
  readonly now: () => number;
}

/** Learned states of a site over MQTT, both ways; they outlive a pipeline that is replaced. */
export class SiteLearned {
  /** The files that have arrived, as requests. */
  readonly requests$: Observable<CommandRequest>;
  private readonly inbox: LearnedInbox;
  private readonly outbox: LearnedOutbox;
  private readonly options: SiteLearnedOptions;

  constructor(options: SiteLearnedOptions) {
    this.options = options;
    const { broker, topics, ledger, now } = options;
    const publish = (topic: string | undefined, payload: string, onSettled?: () => void): void => {
      if (topic !== undefined) broker.publishEvent(topic, payload, onSettled);
      else onSettled?.();
    };
    this.outbox = new LearnedOutbox({
      publish: (payload, onSettled) => {
        publish(topics()?.learnedTopic, payload, onSettled);
      },
    });
    this.inbox = new LearnedInbox({
      admit: (message) => {
        if (!ledger.admit(message)) return false;
        ledger.recordReadings(0, [], () => ({ input: 0, field: 0 }));
        return true;
      },
      reply: (payload) => {
        publish(topics()?.replyTopic(null), payload);
      },
      now,
    });
    this.requests$ = this.inbox.requests$;
    broker.messages$.subscribe((message) => {
      if (this.accepts(message.topic)) this.inbox.take(message);
    });
  }

  /** For the commands of a pipeline; nothing where commands over MQTT are off. */
  get port(): { readonly learned?: LearnedPort } {
    return this.options.topics() === null ? {} : { learned: this.outbox };
  }

  /** Whether a topic has parts of files. */
  accepts(topic: string): boolean {
    return this.options.topics()?.importTopic === topic;
  }

  stop(): void {
    this.inbox.stop();
  }
}

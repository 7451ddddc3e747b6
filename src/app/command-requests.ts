import { filter, map, merge, type Observable } from 'rxjs';
import type { CommandTopics } from '../io/mqtt/command-topics.ts';
import type { WaitingCommand } from '../io/sqlite/tables/command-log.ts';
import type { Message } from '../stream/message.ts';
import type { CommandRequest } from '../stream/ports/ports.ts';
import { SLUG } from '../stream/names/slug.ts';

export interface RequestSources {
  readonly waiting$: Observable<WaitingCommand>;
  readonly messages$: Observable<Message>;
  /** Null where commands over MQTT are off. */
  readonly topics: CommandTopics | null;
  readonly publish: (topic: string, payload: string) => void;
  readonly now: () => number;
}

/** The name of no series: a topic whose series is no slug. */
const NO_SERIES = '';

/** The commands of all sources: first those that wait in the database, then also those that arrive over MQTT. */
export const requestsOf = ({
  waiting$,
  messages$,
  topics,
  publish,
  now,
}: RequestSources): Observable<CommandRequest> => {
  const encoder = new TextEncoder();
  const ofDatabase$ = waiting$.pipe(
    map(({ n, request }): CommandRequest => ({
      at: now(),
      source: 'cli',
      series: null,
      payload: encoder.encode(request),
      message: null,
      row: n,
      reply: () => undefined, // the command line reads the row
    })),
  );
  if (topics === null) return ofDatabase$;
  const ofBroker$ = messages$.pipe(
    filter(({ topic }) => topics.accepts(topic)),
    map((message): CommandRequest => {
      const named = topics.seriesOf(message.topic);
      const sound = named === null || SLUG.test(named);
      return {
        at: message.receivedAt,
        source: 'mqtt',
        series: sound ? named : NO_SERIES,
        payload: message.payload,
        message,
        row: null,
        reply: (payload) => {
          // Not on a topic of the sender's choice.
          publish(topics.replyTopic(sound ? named : null), payload);
        },
      };
    }),
  );
  return merge(ofDatabase$, ofBroker$);
};

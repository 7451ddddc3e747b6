import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { filter, firstValueFrom } from 'rxjs';
import { AppError } from '../../errors.ts';
import { openBroker, type BrokerTls } from '../../io/mqtt/broker.ts';
import type { Log } from '../../log.ts';
import { compileTimeZone } from '../../stream/time/time-zone.ts';
import { Survey } from './survey.ts';

export interface ListenOptions {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: BrokerTls | undefined;
  /** Topic filters; `#` for all topics. */
  readonly filters: readonly string[];
  readonly forMs: number;
  /** Ends the listening early; messages up to then count. */
  readonly enough: AbortSignal;
  /** Zone of this machine, for times in payloads without an offset. */
  readonly timezone: string;
  readonly onProgress: (survey: Survey, passedMs: number) => void;
}

export interface Listened {
  readonly survey: Survey;
  readonly listenedMs: number;
}

const TICK_MS = 100;
const CONNECT_MS = 10_000;
/** No new topic for this long, and each topic with numbers has so many messages: more would say nothing new. */
const SETTLED_MS = 30_000;
const SETTLED_MESSAGES = 10;

/**
 * Listens to all messages of a broker, with a client id and a session of its own. It publishes nothing. Throws
 * `broker_unavailable` where it cannot connect, or where the broker refuses every filter.
 */
export async function listen(options: ListenOptions): Promise<Listened> {
  const { filters, forMs, enough, timezone, onProgress, ...broker } = options;
  const refused: string[] = [];
  const log: Log = (level, fields, text) => {
    if (level === 'error' && text.includes('refuses this subscription')) refused.push(String(fields['filter']));
  };
  const connection = openBroker({
    ...broker,
    clientId: `zankyo-discover-${randomBytes(4).toString('hex')}`,
    protocol: 'auto',
    keepaliveMs: 15_000,
    connectTimeoutMs: CONNECT_MS,
    filters,
    statusTopic: null,
    ownTopics: null,
    sessionMs: 0,
    now: Date.now,
    log,
  });
  const survey = new Survey(compileTimeZone(timezone));
  connection.messages$.subscribe((message) => {
    survey.add(message);
    if (message.receipt !== undefined) connection.acknowledge([message.receipt]);
  });
  connection.start();
  try {
    const first = await firstValueFrom(connection.connection$.pipe(filter(({ state }) => state !== 'connecting')));
    if (first.state === 'offline') throw new AppError('broker_unavailable', first.reason);
    const startedAt = Date.now();
    const passed = (): number => Date.now() - startedAt;
    while (passed() < forMs && !enough.aborted && !isSettled(survey)) {
      await sleep(Math.min(TICK_MS, forMs)).catch(() => undefined);
      onProgress(survey, passed());
      if (refused.length === filters.length)
        throw new AppError(
          'broker_unavailable',
          `${broker.url} does not let this client subscribe to ${refused.join(', ')}: name the topics that it may read with --topic, or give --username`,
        );
    }
    return { survey, listenedMs: passed() };
  } finally {
    await connection.close();
  }
}

const isSettled = (survey: Survey): boolean =>
  survey.topics.length > 0 &&
  Date.now() - survey.newestAt > SETTLED_MS &&
  survey.topics.every(({ live }) => live >= SETTLED_MESSAGES);

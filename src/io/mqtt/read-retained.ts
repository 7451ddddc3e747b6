import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { filter, firstValueFrom } from 'rxjs';
import { openBroker, type BrokerOptions } from './broker.ts';

/** Retained payloads by topic, or why there are none. */
export type Retained =
  | { readonly reached: true; readonly payloads: ReadonlyMap<string, string> }
  | { readonly reached: false; readonly reason: string };

/** The broker sends the retained messages at once; this long after the last one there are no more. */
const QUIET_MS = 250;
const MAX_MS = 3_000;
const MAX_TOPICS = 100_000;

/**
 * Reads the retained messages that the filters match, with a client id and a session of its own, so that a running service is not
 * disturbed. It publishes nothing.
 */
export async function readRetained(options: BrokerOptions, filters: readonly string[]): Promise<Retained> {
  const broker = openBroker({
    ...options,
    clientId: `${options.clientId}-read-${randomBytes(3).toString('hex')}`,
    filters,
    statusTopic: null,
    ownTopics: null,
    sessionMs: 0,
    log: () => undefined,
  });
  const payloads = new Map<string, string>();
  const last = { at: 0 };
  broker.messages$.subscribe(({ topic, payload, receipt }) => {
    last.at = performance.now();
    if (payloads.size < MAX_TOPICS) payloads.set(topic, Buffer.from(payload).toString());
    if (receipt !== undefined) broker.acknowledge([receipt]);
  });
  broker.start();
  try {
    const first = await firstValueFrom(broker.connection$.pipe(filter(({ state }) => state !== 'connecting')));
    if (first.state === 'offline') return { reached: false, reason: first.reason };
    const startedAt = performance.now();
    last.at = startedAt;
    while (performance.now() - last.at < QUIET_MS && performance.now() - startedAt < MAX_MS) await sleep(20);
    return { reached: true, payloads };
  } finally {
    await broker.close();
  }
}

import { Content } from '../../../src/stream/dialects/content.ts';
import type { Dialect, DialectContext, Mapper, SignalFacts } from '../../../src/stream/dialects/dialect.ts';
import { recognise } from '../../../src/stream/dialects/dialects.ts';
import { factsAtFirst } from '../../../src/stream/dialects/signals/signals.ts';
import { parseNumber } from '../../../src/stream/values/number.ts';

/** Arrival of the messages of a test: 2026-11-23 10:00 UTC. */
export const NOW = Date.UTC(2026, 10, 23, 10);

export const context: DialectContext = {
  zone: null,
  time: null,
  each: null,
  decimalComma: false,
  precision: 'ns',
};

export interface Received {
  /** `device signal` of every value that is a number and a signal, in order. */
  readonly signals: string[];
  /** By `device signal`: the last value, its time (null: arrival) and what is known. */
  readonly values: Record<string, { value: number; at: number | null; facts: SignalFacts }>;
  /** `device signal` of numbers that are no signal, and why. */
  readonly noSignals: Record<string, string>;
  readonly availability: Record<string, boolean>;
  readonly reasons: string[];
}

/** What a mapper reads of messages: [topic, payload], or one message of the given topic. */
export function receive(
  mapper: Mapper,
  messages: readonly (readonly [topic: string, payload: unknown, retained?: boolean])[],
): Received {
  const received: Received = { signals: [], values: {}, noSignals: {}, availability: {}, reasons: [] };
  const content = new Content();
  for (const [topic, given, retained = false] of messages) {
    content.set({ topic, payload: bytesOf(given), retained, receivedAt: NOW });
    mapper.read(content, {
      sample(device, signal, raw, at, facts) {
        const value = parseNumber(raw);
        if (typeof value === 'string') return;
        const key = `${device} ${signal}`.trim();
        const known = factsAtFirst(device, signal, facts, value, NOW);
        if (known.noSignal !== undefined) received.noSignals[key] = known.noSignal;
        else {
          received.signals.push(key);
          received.values[key] = { value, at, facts: known };
        }
      },
      availability(device, online, below) {
        received.availability[below === true ? `${device}/#` : device] = online;
      },
      refuse: (reason) => received.reasons.push(reason),
    });
    if (content.reason !== null) received.reasons.push(content.reason);
  }
  return received;
}

/** The same with the dialect that is recognised, and its name. */
export function read(
  topic: string,
  payload: unknown,
  options: Partial<DialectContext> = {},
): Received & { format: string } {
  const dialect: Dialect = recognise(topic, bytesOf(payload));
  return { format: dialect.name, ...receive(dialect.open({ ...context, ...options }), [[topic, payload]]) };
}

export const bytesOf = (payload: unknown): Uint8Array =>
  payload instanceof Uint8Array
    ? payload
    : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));

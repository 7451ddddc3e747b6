import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DialectContext } from '../../../src/stream/dialects/dialect.ts';
import { dialectNamed, recognise } from '../../../src/stream/dialects/dialects.ts';
import type { Format } from '../../../src/stream/dialects/dialect.ts';
import { bytesOf, context, receive, type Received } from './receive.ts';

/** A payload that a project's documentation shows, or that its users have captured, and what is read of it. */
export interface Published {
  readonly topic: string;
  readonly payload: unknown;
  /** By `device signal`: value and unit, then what it counts or that it is on or off, as `shown` writes them. */
  readonly values: Readonly<Record<string, string>>;
  /** The time of the values; absent: that of arrival. */
  readonly at?: string;
  /** Messages that came before, such as descriptions; retained. */
  readonly before?: readonly (readonly [topic: string, payload: unknown])[];
  readonly availability?: Readonly<Record<string, boolean>>;
  readonly reasons?: readonly string[];
  readonly options?: Partial<DialectContext>;
}

/** `6.294 kWh counter`, `1 on/off`, `21.5 °C`. */
export const shown = ({ values }: Received): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).map(([key, { value, facts }]) => {
      const { unit = '', counter, binary } = facts;
      const parts = [String(value), unit, counter === undefined ? '' : 'counter', binary === true ? 'on/off' : ''];
      return [key, parts.filter((part) => part !== '').join(' ')];
    }),
  );

const FORMATS_PAGE = resolve(import.meta.dirname, '../../../docs/formats.md');

/** One test for each example, by the page that shows it: the format is recognised, and it gives these series, times and units. */
export function published(format: Format, pages: Readonly<Record<string, readonly Published[]>>): void {
  test('docs/formats.md has the number of examples', () => {
    const row = new RegExp(`^\\| \`${format}\` \\|[^|]*\\| (\\d+) \\|`, 'm').exec(readFileSync(FORMATS_PAGE, 'utf8'));
    expect(Number(row?.[1])).toBe(Object.values(pages).flat().length);
  });
  for (const [page, examples] of Object.entries(pages))
    describe(page, () => {
      test.each(examples.map((example) => [titleOf(example), example] as const))('%s', (_, example) => {
        const { topic, payload, before = [], options = {} } = example;
        expect(recognise(topic, bytesOf(payload)).name).toBe(format);
        const mapper = dialectNamed(format)!.open({ ...context, ...options });
        receive(
          mapper,
          before.map(([topic, payload]) => [topic, payload, true]),
        );
        const received = receive(mapper, [[topic, payload]]);
        expect(shown(received)).toEqual(example.values);
        const at = example.at === undefined ? null : Date.parse(example.at);
        for (const value of Object.values(received.values)) expect(value.at).toBe(at);
        expect(received.availability).toEqual(example.availability ?? {});
        expect(received.reasons).toEqual(example.reasons ?? []);
      });
    });
}

const titleOf = ({ topic, payload }: Published): string =>
  `${topic} ${(typeof payload === 'string' ? payload : JSON.stringify(payload)).slice(0, 60)}`;

import { expect, test } from 'vitest';
import { LogRing, secretsOf } from '../../../src/app/dashboard/log-ring.ts';
import type { Log } from '../../../src/log.ts';
import { load, SITE } from '../../config/site.ts';

const T = Date.UTC(2026, 0, 12);
const NOTHING: Log = () => undefined;

test('the last 500 lines are kept, each shortened, and the log itself gets all of them', () => {
  const written: string[] = [];
  const ring = new LogRing(() => T);
  const log = ring.over((_, __, message) => written.push(message));
  for (let i = 1; i <= 600; i++) log('info', { i }, i === 600 ? 'x'.repeat(5000) : `line ${i}`);
  expect(written).toHaveLength(600);
  expect(written[599]).toHaveLength(5000);
  const lines = ring.lines();
  expect(lines).toHaveLength(500);
  expect(lines[0]).toEqual({ n: 101, at: T, level: 'info', message: 'line 101', fields: '{"i":101}' });
  expect(lines[499].message).toHaveLength(1000);
  expect(ring.lines(598).map(({ n }) => n)).toEqual([599, 600]);
});

test('an error is its message, and fields that cannot be JSON are none', () => {
  const ring = new LogRing(() => T);
  const log = ring.over(NOTHING);
  const round: Record<string, unknown> = {};
  round['round'] = round;
  log('error', { err: new Error('no route') }, 'failed');
  log('warn', round, 'round');
  expect(ring.lines().map(({ fields }) => fields)).toEqual(['{"err":"no route"}', '{}']);
});

test('a secret of the site is in no line, whoever repeats it', () => {
  const { site } =
    load(`${SITE.replace('url: mqtt://localhost', 'url: mqtt://localhost\n  username: pi\n  password: "hun\\"ter2"')}
notify:
  chat: { type: telegram, token: 'bot-token-1', chat: '5' }
  hook: { type: webhook, url: 'https://hooks.example/T0/B1' }
`);
  expect(secretsOf(site)).toEqual(['hun"ter2', 'bot-token-1', 'https://hooks.example/T0/B1']);
  const ring = new LogRing(
    () => T,
    () => secretsOf(site),
  );
  const log = ring.over(NOTHING);
  log('warn', { said: 'no user hun"ter2' }, 'POST https://hooks.example/T0/B1 with bot-token-1');
  expect(ring.lines()).toMatchObject([{ message: 'POST *** with ***', fields: '{"said":"no user ***"}' }]);
});

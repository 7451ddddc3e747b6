import { expect, test } from 'vitest';
import { brokerOptions } from '../../src/app/broker-options.ts';
import { siteOf } from './world.ts';

const filters = (...topics: string[]): readonly string[] =>
  brokerOptions(siteOf({ inputs: topics.map((topic, i) => ({ topic, name: `n${i}` })) }), () => undefined, Date.now)
    .filters;

test('no message comes twice because two inputs read its topic', () => {
  expect(filters('a/b', 'a/b', 'c')).toEqual(['a/b', 'c']);
  expect(filters('a/b', 'a/+', 'c/d/e', 'c/#')).toEqual(['a/+', 'c/#']);
});

test('the status stands under the prefix and the name of the site', () => {
  const site = siteOf({ mqtt: { url: 'mqtt://localhost', prefix: 'house/watch' } });
  expect(brokerOptions(site, () => undefined, Date.now)).toMatchObject({
    statusTopic: 'house/watch/test/status',
    ownTopics: 'house/watch/',
    keepaliveMs: 15_000,
    connectTimeoutMs: 10_000,
  });
});

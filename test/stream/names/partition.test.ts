import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partitionOf, subjectOf, topicOf } from '../../../src/stream/names/partition.ts';

// As nats-server 2.10.27 stores messages of its MQTT clients; test/integration/cluster/cluster.test.ts publishes such topics there.
test.each([
  ['site1/dev3/temp', 'site1.dev3.temp'],
  ['plant/v1.2/temp', 'plant.v1//2.temp'],
  ['a//b', 'a./.b'],
  ['/a', '/.a'],
  ['a/', 'a./'],
])('topic %s is subject %s', (topic, subject) => {
  expect(subjectOf(topic)).toBe(subject);
  expect(topicOf(subject)).toBe(topic);
});

test('every topic comes back from its subject', () => {
  const level = fc.stringMatching(/^[a-zA-Z0-9._-]{0,8}$/);
  fc.assert(
    fc.property(fc.array(level, { minLength: 1, maxLength: 5 }), (levels) => {
      const topic = levels.join('/');
      expect(topicOf(subjectOf(topic))).toBe(topic);
    }),
  );
});

test('the partition is FNV-1a of the tokens one after the other, in UTF-8', () => {
  // RFC 9923: "foobar" has 0xbf9cf968, "a" has 0xe40c292c.
  expect(partitionOf(['foobar'], 1000)).toBe(0xbf9cf968 % 1000);
  expect(partitionOf(['foo', 'bar'], 1000)).toBe(0xbf9cf968 % 1000);
  expect(partitionOf(['a'], 64)).toBe(0xe40c292c % 64);
  // 0xc3 0xa9
  const first = Math.imul(0x811c9dc5 ^ 0xc3, 0x01000193);
  expect(partitionOf(['é'], 1000)).toBe((Math.imul(first ^ 0xa9, 0x01000193) >>> 0) % 1000);
});

import { expect, test } from 'vitest';
import { failure, load, SITE } from '../site.ts';

const intervals = (yaml: string): unknown => {
  const { commit, snapshots } = load(SITE + yaml).site;
  return [commit.every, snapshots.every];
};
const [SECONDS, MINUTES, HOURS] = [1000, 60_000, 3_600_000];

test('gentle: a transaction every 5 minutes and a saved state every 12 hours, unless the options say something else', () => {
  expect(intervals('')).toEqual([30 * SECONDS, 4 * HOURS]);
  expect(intervals('storage: normal\n')).toEqual([30 * SECONDS, 4 * HOURS]);
  expect(intervals('storage: gentle\n')).toEqual([5 * MINUTES, 12 * HOURS]);
  expect(intervals('storage: gentle\ncommit: { every: 1m }\nsnapshots:\n')).toEqual([MINUTES, 12 * HOURS]);
});

test('a history in memory is smaller, unless the option says something else', () => {
  const megabytes = (yaml: string): number => load(SITE + yaml).site.history.maxMegabytes;
  expect(megabytes('history: { storage: memory }\n')).toBe(64);
  expect(megabytes('history: { storage: memory, max_megabytes: 100 }\n')).toBe(100);
  expect(megabytes('history: { storage: disk }\n')).toBe(256);
});

test('a mistake in a section is reported as without the word', () => {
  expect(failure(`${SITE}storage: gentle\ncommit: often\n`).lines).toEqual([
    'site.yaml:8:9: commit: expected a section with options; got "often"',
  ]);
  expect(failure(`${SITE}storage: soft\n`).lines[0]).toContain('storage: expected one of normal, gentle');
});

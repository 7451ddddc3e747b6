import { expect, test } from 'vitest';
import { CalibratedScore } from '../../../../src/detect/evidence/rarity/calibrated-score.ts';
import { Tail } from '../../../../src/detect/evidence/rarity/tail.ts';
import { Memory } from '../../../../src/math/memory.ts';
import { Random } from '../../../../src/math/random.ts';

const channelOf = (span: number): { channel: CalibratedScore; memory: Memory } => {
  const memory = new Memory();
  return { channel: new CalibratedScore(memory, 'level', span), memory };
};

test('over a span of 4: the mean of the first 4, from then on a quarter of the newest', () => {
  const { channel } = channelOf(4);
  const smoothed = [8, 4, 0, 0, 7].map((v) => {
    const s = channel.smoothed(v);
    channel.add(v, true);
    return s;
  });
  expect(smoothed).toEqual([8, 6, 4, 3, 4]);
});

test('over a span of 1 it is the tail of the quantity itself', () => {
  const { channel } = channelOf(1);
  const tail = new Tail(new Memory(), 'tail');
  for (let t = 0; t < 500; t++) {
    channel.add((t * 7) % 13, true);
    tail.add((t * 7) % 13);
  }
  for (const v of [0, 5, 12, 16]) expect(channel.rarity(v)).toBe(tail.rarity(v));
});

test('of a signed quantity only the size counts, once opposite signs have cancelled', () => {
  const [{ channel: positive }, { channel: negative }, { channel: mixed }] = [12, 12, 12].map(channelOf);
  for (let t = 0; t < 500; t++) {
    positive.add((t * 7) % 13, true);
    negative.add(-((t * 7) % 13), true);
    mixed.add(t % 2 === 0 ? 6 : -6, true);
  }
  expect(negative.rarity(-30)).toBe(positive.rarity(30));
  expect(Math.abs(mixed.smoothed(0))).toBeLessThan(0.6); // a twelfth of 6, and a little
});

test('what lasts is more evidence than a moment: 8, where there was 0 to 4', () => {
  const { channel } = channelOf(12);
  const random = new Random(1);
  for (let t = 0; t < 5000; t++) channel.add(4 * random.uniform(), true);
  const moment = channel.rarity(8);
  for (let t = 0; t < 3; t++) channel.add(8, true);
  expect(channel.rarity(8)).toBeGreaterThan(moment + 1);
});

test('what is not normal moves the mean on, and says nothing of what is rare', () => {
  const [{ channel: taught }, { channel: kept }] = [channelOf(1), channelOf(1)];
  for (let t = 0; t < 500; t++) for (const channel of [taught, kept]) channel.add((t * 7) % 13, true);
  const before = kept.rarity(14);
  for (let t = 0; t < 50; t++) {
    taught.add(16, true);
    kept.add(16, false);
  }
  expect(kept.smoothed(16)).toBe(16);
  expect(kept.rarity(14)).toBe(before);
  expect(taught.rarity(14)).toBeLessThan(before);
});

test('asking changes nothing', () => {
  const { channel, memory } = channelOf(12);
  channel.add(3, true);
  const before = memory.toBytes();
  channel.rarity(9);
  channel.smoothed(9);
  expect(memory.toBytes()).toEqual(before);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Episode, type EpisodeOptions } from '../../../src/detect/episode/episode.ts';
import { CAUSES, type Finding } from '../../../src/detect/episode/finding.ts';
import { Memory } from '../../../src/math/memory.ts';

const OPTIONS: EpisodeOptions = { minDurationMs: 0, closeAfter: 2, hysteresis: 0.7, coolDownMs: 0, holdForMs: 0 };

const finding = (score: number, more: Partial<Finding> = {}): Finding => ({
  score,
  effect: score - 1, // so that severities change at scores of 2 and 4
  cause: 'level',
  series: 0,
  value: 1,
  expected: 2,
  lower: 3,
  upper: 4,
  gapFrom: 2.5,
  gapTo: 3,
  detail: 5,
  usual: 6,
  aspect: -1,
  scores: Float64Array.of(score, 0),
  confidence: 0.9,
  evidence: new Float64Array(CAUSES.length).fill(score),
  ...more,
});

function episodeOf(options: Partial<EpisodeOptions> = {}): { episode: Episode; memory: Memory } {
  const memory = new Memory();
  return { memory, episode: new Episode(memory, 'episode', 2, { ...OPTIONS, ...options }) };
}

const peakOf = (episode: Episode): Finding => {
  const peak = finding(NaN);
  episode.recall(peak);
  return peak;
};

/** What is reported after each score, one a second from second 0: a letter for opened, updated and closed, a dash for nothing. */
const reported = (scores: readonly number[], options: Partial<EpisodeOptions> = {}): string => {
  const { episode } = episodeOf(options);
  return scores.map((score, second) => episode.step(second * 1000, finding(score))?.[0] ?? '-').join('');
};

test.each([
  ['the line itself is not above it', {}, [0.3, 1, 1], '---'],
  ['above 1 it opens, once', {}, [0.3, 1.1, 1.2, 1.1], '-o--'],
  ['what is not a number is calm', {}, [NaN, 1.1, NaN, NaN], '-o-c'],

  ['two calm readings in a row close it', {}, [1.1, 0.7, 0.7], 'o-c'],
  ['two that are not in a row do not', {}, [1.1, 0.7, 0.71, 0.7, 0.7], 'o---c'],
  ['between 0.7 and 1 it is not over', {}, [1.1, 0.9, 0.9, 0.9, 0.9], 'o----'],
  ['without hysteresis it is', { hysteresis: 1 }, [1.1, 0.9, 0.9], 'o-c'],
  ['as many as were asked for', { closeAfter: 4 }, [1.1, 0, 0, 0, 0], 'o---c'],
  ['without a cool-down the next opens at once', {}, [1.1, 0, 0, 1.1, 0, 0], 'o-co-c'],

  ['from 2 it is major, from 4 critical, and each is reported once', {}, [1.1, 1.9, 2, 3, 4, 9, 4], 'o-u-u--'],
  ['what eases is not reported', {}, [9, 5, 3, 1.1], 'o---'],
  ['straight from minor to critical is one update', {}, [1.1, 4, 2], 'ou-'],
  ['it opens with the severity of its peak so far', { minDurationMs: 1000 }, [3, 1.1, 1.1], '-o-'],

  ['a deviation must last 2 s before anyone is reported', { minDurationMs: 2000 }, [1.1, 1.1, 1.1], '--o'],
  ['one that pauses starts afresh', { minDurationMs: 2000 }, [1.1, 1.1, 1, 1.1, 1.1, 1.1], '-----o'],

  ['10 s after one that peaked at 3, 3 is not reported', { coolDownMs: 10_000 }, [3, 0, 0, 3, 2.9, 3], 'o-c---'],
  ['what is worse is', { coolDownMs: 10_000 }, [3, 0, 0, 3, 3.1], 'o-c-o'],
  ['by less than 0.05 it is the same', { coolDownMs: 10_000 }, [3, 0, 0, 3, 3.05, 3.06], 'o-c--o'],
  [
    'a fault that pauses for less than the cool-down is one alarm',
    { coolDownMs: 3000, holdForMs: 20_000 },
    [3, 0, 0, 3, 0, 0, 3, 0, 0, 3],
    'o-c-------',
  ],
  ['one that pauses for longer is not', { coolDownMs: 3000, holdForMs: 20_000 }, [3, 0, 0, 3, 0, 0, 0, 3], 'o-c----o'],
  [
    'after hold_for it is reported again',
    { coolDownMs: 3000, holdForMs: 5000 },
    [3, 0, 0, 3, 0, 3, 0, 3, 0],
    'o-c----o-',
  ],
  ['and so is what outlasts them', { coolDownMs: 3000 }, [3, 0, 0, 2, 2, 2], 'o-c--o'],
  ['and what comes later', { coolDownMs: 3000 }, [3, 0, 0, 0, 0, 2], 'o-c--o'],
])('%s', (_, options, scores, expected) => {
  expect(reported(scores, options)).toBe(expected);
});

test('it starts with the first reading over the line, peaks at the highest, and ends with the last one over it', () => {
  const { episode } = episodeOf({ minDurationMs: 1000 });
  const scores = [0.2, 1.1, 1.5, 3.5, 1.2, 0.8, 0.6, 0.5];
  for (const [second, score] of scores.entries()) episode.step(second * 1000, finding(score, { value: 10 + second }));
  expect([episode.startAt, episode.peakAt, episode.lastOverAt]).toEqual([1000, 3000, 4000]);
  expect(episode.open).toBe(false);
});

test('what began before it was found starts then', () => {
  const { episode } = episodeOf();
  expect(episode.step(60_000, finding(1.5), 20_000)).toBe('opened');
  expect(episode.startAt).toBe(20_000);
});

test('a deviation that was held back by the cool-down starts where it began, not where it was reported', () => {
  const { episode } = episodeOf({ coolDownMs: 3000 });
  for (const [second, score] of [3, 0, 0, 2, 2, 2].entries()) episode.step(second * 1000, finding(score));
  expect([episode.open, episode.startAt]).toEqual([true, 3000]);
});

test('it started when the score last rose above the line for "over", and was opened later', () => {
  const { episode } = episodeOf();
  for (const [second, score] of [0.9, 0.6, 0.8, 0.9, 1.3, 2].entries()) episode.step(second * 1000, finding(score));
  expect([episode.startAt, episode.openedAt, episode.peakAt]).toEqual([2000, 4000, 5000]);
});

test('the least duration is counted from the line, not from where it started', () => {
  expect(reported([0.9, 0.9, 0.9, 1.1, 1.1, 1.1], { minDurationMs: 2000 })).toBe('-----o');
});

test('however long it lasts, nothing is reported again', () => {
  expect(reported(Array.from({ length: 1000 }, (_, t) => 1.5 + 0.4 * Math.sin(t)))).toMatch(/^o-{999}$/);
});

test('called normal by the operator while it is open, it is not followed by a cool-down; the next one is', () => {
  const { episode } = episodeOf({ coolDownMs: 10_000 });
  const phases = [3, 0, 0, 2, 0, 0, 2].map((score, second) => {
    if (second === 1) episode.endCoolDown();
    return episode.step(second * 1000, finding(score));
  });
  expect(phases).toEqual(['opened', null, 'closed', 'opened', null, 'closed', null]);
});

test('ended by the operator, it is over at once, and the like of it is reported again only after the cool-down', () => {
  const { episode } = episodeOf({ coolDownMs: 3000 });
  expect(episode.end(0)).toBe(false);
  episode.step(0, finding(2));
  expect([episode.end(1000), episode.open]).toEqual([true, false]);
  expect([2000, 3000, 4000].map((at) => episode.step(at, finding(2)))).toEqual([null, null, 'opened']);
});

test('the peak is remembered with all that was found there', () => {
  const { episode } = episodeOf();
  const peak = finding(3, { cause: 'correlation', series: 1, value: -1, scores: Float64Array.of(1, 3) });
  for (const f of [finding(1.5), peak, finding(2.9)]) episode.step(0, f);
  expect(peakOf(episode)).toEqual(peak);
  expect([episode.cause, episode.series]).toEqual(['correlation', 1]);
});

test('the return, which may be a little rarer than the deviation itself, does not describe it; what is clearly rarer does', () => {
  const { episode } = episodeOf();
  const deviation = finding(1.9, { value: 26 });
  for (const f of [deviation, finding(1.2), finding(1.94, { value: 17 })]) episode.step(0, f);
  expect(peakOf(episode)).toMatchObject({ score: 1.9, value: 26 });
  episode.step(1000, finding(1.96, { value: 40 }));
  expect(peakOf(episode)).toMatchObject({ score: 1.96, value: 40 });
});

test('the peak of an earlier episode, or of a suspicion that came to nothing, is forgotten', () => {
  const { episode } = episodeOf({ minDurationMs: 1000 });
  for (const [second, score] of [9, 0, 1.2, 1.3].entries()) episode.step(second * 1000, finding(score));
  expect(peakOf(episode).score).toBe(1.3);
  for (const [second, score] of [0, 0, 1.1, 1.1].entries()) episode.step((4 + second) * 1000, finding(score));
  expect(peakOf(episode).score).toBe(1.1);
});

test('severity goes by the largest effect so far, which need not be at the peak of the score', () => {
  const { episode } = episodeOf();
  const reported = [
    finding(3, { effect: 0.2 }),
    finding(1.5, { effect: 1.5 }),
    finding(1.2, { effect: 0.5 }),
    finding(0.9, { effect: 4 }), // above the hysteresis: still part of the episode
    finding(0.6, { effect: 9 }), // calm
  ].map((each, second) => episode.step(second * 1000, each));
  expect(reported).toEqual(['opened', 'updated', null, 'updated', null]);
  expect(peakOf(episode)).toMatchObject({ score: 3, effect: 4 });
});

test('the effect of an earlier episode is forgotten', () => {
  const { episode } = episodeOf();
  for (const [second, score] of [9, 0, 0, 1.2].entries()) episode.step(second * 1000, finding(score));
  expect(peakOf(episode).effect).toBeCloseTo(0.2, 12);
});

const scores = fc.array(fc.constantFrom(0, 0.5, 0.8, 1, 1.2, 1.9, 2.5, 5), { maxLength: 80 });
const options = fc.record({
  minDurationMs: fc.constantFrom(0, 1000, 3000),
  closeAfter: fc.integer({ min: 1, max: 4 }),
  hysteresis: fc.constantFrom(0.5, 0.7, 1),
  coolDownMs: fc.constantFrom(0, 5000, 20_000),
});

test('episodes follow each other: opened, updated twice at most, closed, and from the start', () => {
  fc.assert(
    fc.property(scores, options, (values, o) => {
      expect(reported(values, o).replaceAll('-', '')).toMatch(/^(ou{0,2}c)*(ou{0,2})?$/);
    }),
  );
});

test('restored in the middle, it reports the same events, and none twice', () => {
  fc.assert(
    fc.property(scores, options, fc.nat({ max: 80 }), (values, o, cut) => {
      const [kept, restored] = [episodeOf(o), episodeOf(o)];
      const step = ({ episode }: typeof kept, second: number) => episode.step(second * 1000, finding(values[second]));
      for (let second = 0; second < Math.min(cut, values.length); second++) step(kept, second);
      restored.memory.fromBytes(kept.memory.toBytes());
      for (let second = cut; second < values.length; second++) expect(step(restored, second)).toBe(step(kept, second));
      expect(restored.memory.toBytes()).toEqual(kept.memory.toBytes());
    }),
  );
});

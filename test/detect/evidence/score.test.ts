import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EVIDENCE_KINDS, type EvidenceKind } from '../../../src/detect/evidence/kind.ts';
import { KINDS } from '../../../src/detect/evidence/kinds.ts';
import { combine, measureContext } from '../../../src/detect/evidence/score.ts';

const K = EVIDENCE_KINDS.length;
type Way = 'collective' | 'point' | 'contextual';

/** The score of some evidence, and what each kind had to do with it. */
function scoreOf(found: Partial<Record<EvidenceKind, number>>, { scale = 1, trust = 1, shift = 0, hold = true } = {}) {
  const e = Float64Array.from(EVIDENCE_KINDS, (kind) => found[kind] ?? 0);
  const parts = new Float64Array(K).fill(NaN); // as they may be from the reading before
  const context = { kind: NaN, evidence: NaN }; // the same
  measureContext(e, scale, trust, context);
  const score = combine(e, scale, context, shift, hold, parts);
  return { score, parts: Object.fromEntries(EVIDENCE_KINDS.map((kind, k) => [kind, parts[k]])) };
}
/** As much evidence of a kind as comes to x in a way. */
const worth = (x: number, kind: EvidenceKind, way: Way): number => x / KINDS[kind].weights[way];
const none = Object.fromEntries(EVIDENCE_KINDS.map((kind) => [kind, 0]));

describe('four ways to an alarm', () => {
  test('what lasts is added up', () => {
    const { score, parts } = scoreOf({
      extreme: worth(0.3, 'extreme', 'collective'),
      level: worth(0.4, 'level', 'collective'),
    });
    expect(score).toBeCloseTo(0.7, 12);
    expect(parts['extreme']).toBeCloseTo(0.3, 12);
    expect(parts['level']).toBeCloseTo(0.4, 12);
  });

  test('what is sudden counts in full at once', () => {
    expect(scoreOf({ jump: worth(3, 'jump', 'point') })).toEqual({ score: 3, parts: { ...none, jump: 3 } });
  });

  test('a level rare in its hour is an alarm by itself, and above 1 it counts a tenth, after the threshold', () => {
    const occupancy = worth(4, 'occupancy', 'contextual');
    expect(scoreOf({ occupancy }, { scale: 0.25 }).score).toBeCloseTo(1, 12);
    const { score, parts } = scoreOf({ occupancy }, { scale: 0.5 });
    expect(score).toBeCloseTo(1.1, 12);
    expect(parts).toEqual({ ...none, occupancy: score });
  });

  test('a misfit with the group is an alarm by itself', () => {
    const { score, parts } = scoreOf({ correlation: worth(3, 'correlation', 'contextual') });
    expect(score).toBeCloseTo(3, 12);
    expect(parts).toEqual({ ...none, correlation: score });
  });

  test('a shift has its own line', () => {
    const level = worth(0.9, 'level', 'collective');
    expect(scoreOf({ level }, { shift: 2.5 })).toEqual({ score: 2.5, parts: { ...none, mean_shift: 2.5 } });
    expect(scoreOf({ level }, { shift: 0.5 }).parts['mean_shift']).toBe(0);
  });
});

test('where anomalies are absorbed a rare level counts 1.825 times as much, all else the same', () => {
  for (const kind of EVIDENCE_KINDS.filter((kind) => kind !== 'mean_shift')) {
    const found = {
      [kind]:
        0.5 / Math.max(...(['collective', 'point', 'contextual'] as const).map((way) => KINDS[kind].weights[way])),
    };
    const [absorbed, held] = [false, true].map((hold) => scoreOf(found, { hold }).score);
    expect(absorbed).toBeCloseTo((kind === 'level' ? 0.365 / 0.2 : 1) * held, 12);
  }
});

test('of nothing comes nothing', () => {
  expect(scoreOf({})).toEqual({ score: 0, parts: none });
});

test.each([
  [0.5, 0.5],
  [1, 1],
  [2, 1.1],
  [11, 2], // major
  [31, 4], // critical
])('above 1 a tenth of the rest counts: a collective sum of %d is a score of %d', (sum, score) => {
  expect(scoreOf({ level: worth(sum, 'level', 'collective') }).score).toBeCloseTo(score, 12);
});

test('the scale is the sensitivity over the height of the line, and a shift has it already', () => {
  expect(scoreOf({ jump: worth(3, 'jump', 'point') }, { scale: 0.5 }).score).toBeCloseTo(1.5, 12);
  expect(scoreOf({}, { scale: 0.5, shift: 2 }).score).toBe(2);
});

describe('a network that is not trusted', () => {
  const course = worth(2, 'sequence', 'contextual');

  test('cannot raise an alarm by its word alone, only add it to the rest', () => {
    expect(scoreOf({ sequence: course }, { trust: 1 }).parts).toEqual({
      ...none,
      sequence: expect.closeTo(2, 12) as number,
    });
    const { score, parts } = scoreOf({ sequence: course }, { trust: 0 });
    expect(score).toBeLessThan(1.1); // bent: what lasts hardly goes beyond the line
    expect(parts).toEqual({ ...none, sequence: expect.closeTo(score, 12) as number });
    expect(scoreOf({ sequence: course }, { trust: 0.5 }).score).toBeCloseTo(Math.max(1, score), 12);
  });

  test('adds its forecast error to the point sum, which needs no trust', () => {
    const forecast_error = worth(2, 'forecast_error', 'contextual'); // 2 / 0.2 = 10, and 0.15 of that is the point sum
    expect(scoreOf({ forecast_error }, { trust: 1 }).score).toBeCloseTo(2, 12);
    expect(scoreOf({ forecast_error }, { trust: 0 }).score).toBeCloseTo(1.5, 12);
  });

  test('does not change the other kinds: correlation and jump', () => {
    for (const found of [{ correlation: worth(2, 'correlation', 'contextual') }, { jump: worth(2, 'jump', 'point') }])
      expect(scoreOf(found, { trust: 0 })).toEqual(scoreOf(found, { trust: 1 }));
  });
});

describe('for all evidence', () => {
  const shares = fc.array(fc.double({ min: 0, max: 400, noNaN: true }), { minLength: K, maxLength: K });
  const setting = fc.record({
    scale: fc.double({ min: 0.01, max: 10, noNaN: true }),
    trust: fc.double({ min: 0, max: 1, noNaN: true }),
    shift: fc.double({ min: 0, max: 5, noNaN: true }),
    hold: fc.boolean(),
  });
  const foundOf = (e: readonly number[]): Partial<Record<EvidenceKind, number>> =>
    Object.fromEntries(EVIDENCE_KINDS.map((kind, k) => [kind, e[k]]));

  test('the parts are none below 0 and sum to the score', () => {
    fc.assert(
      fc.property(shares, setting, (e, options) => {
        const { score, parts } = scoreOf(foundOf(e), options);
        const all = Object.values(parts);
        expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
        expect(all.reduce((sum, part) => sum + part)).toBeCloseTo(score, 9);
      }),
    );
  });

  test('only kinds with a weight in the way that won have a part, and only where there was evidence', () => {
    const ways: Way[] = ['collective', 'point', 'contextual'];
    fc.assert(
      fc.property(shares, setting, (e, options) => {
        const { score, parts } = scoreOf(foundOf(e), options);
        const spoke = EVIDENCE_KINDS.filter((kind) => parts[kind] > 0);
        if (spoke.includes('mean_shift')) expect([spoke, score]).toEqual([['mean_shift'], options.shift]);
        else expect(ways.some((way) => spoke.every((kind) => KINDS[kind].weights[way] > 0))).toBe(true);
        for (const kind of spoke) if (kind !== 'mean_shift') expect(e[EVIDENCE_KINDS.indexOf(kind)]).toBeGreaterThan(0);
      }),
    );
  });

  test('more evidence of any kind, more trust, or a larger shift, is never less', () => {
    const more = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: K + 2, maxLength: K + 2 });
    fc.assert(
      fc.property(shares, setting, more, (e, { scale, trust, shift, hold }, by) => {
        const before = scoreOf(foundOf(e), { scale, trust, shift, hold }).score;
        const raised = { scale, hold, trust: Math.min(1, trust + by[K]), shift: shift + by[K + 1] };
        const after = scoreOf(foundOf(e.map((x, k) => x + by[k])), raised).score;
        expect(after).toBeGreaterThanOrEqual(before - 1e-12 * before);
      }),
    );
  });
});

import { describe, expect, test } from 'vitest';
import { compareAssets, membersOf, type AssetDays } from '../../../src/app/hub/assets.ts';

const TODAY = 100;
const pump = (
  name: string,
  mean: number,
  more: Partial<AssetDays> & { spread?: number; count?: number } = {},
): AssetDays => {
  const { spread = 1, count = 7, ...rest } = more;
  const days = Array.from({ length: count }, (_, i) => ({ day: TODAY - 1 - i, mean, spread }));
  return { subject: name, unit: 'bar', days, alarms: 0, ...rest };
};
const never = (): boolean => false;
const differing = (members: readonly AssetDays[], isOpen: (subject: string) => boolean = never): readonly string[] =>
  compareAssets(members, TODAY, isOpen)
    .filter(({ differs }) => differs)
    .map(({ subject }) => subject);

// Median 5, absolute deviations 0.2, 0.1, 0, 0.1, 0.2: their median 0.1 times 1.4826 is a usual distance of 0.14826.
const like = [4.8, 4.9, 5, 5.1, 5.2].map((mean, i) => pump(`s${i}/p`, mean));

describe('a series of a class', () => {
  test('differs at 5 usual distances of the daily mean, and is told with numbers and unit', () => {
    // With a sixth at 6: median 5.05, deviations 0.25, 0.15, 0.05, 0.05, 0.15, 0.95: 0.15 x 1.4826 = 0.222; 0.95 / 0.222 = 4.3.
    expect(differing([...like, pump('x/p', 6)])).toEqual([]);
    // At 6.2: 1.15 / 0.222 = 5.2.
    const [x] = compareAssets([...like, pump('x/p', 6.2)], TODAY, never).slice(-1);
    expect(x).toEqual({
      subject: 'x/p',
      mean: 6.2,
      spread: 1,
      alarms: 0,
      differs: true,
      text: 'x/p: its mean over the last 7 days is 6.2 bar, 1.15 bar above the median of the 6 like it, which is 5.05 bar. The usual distance between them is 0.222 bar.',
    });
  });

  test('that differs already does so until it is nearer than 3 usual distances', () => {
    const open = (subject: string): boolean => subject === 'x/p';
    expect(differing([...like, pump('x/p', 6)], open)).toEqual(['x/p']);
    // 5.7: deviation 0.65, 2.9 usual distances.
    expect(differing([...like, pump('x/p', 5.7)], open)).toEqual([]);
  });

  test('differs by its spread within a day, and by its alarms', () => {
    expect(differing([...like, pump('x/p', 5, { spread: 2 })])).toEqual(['x/p']);
    expect(compareAssets([...like, pump('x/p', 5, { spread: 2 })], TODAY, never).at(-1)!.text).toMatch(
      /^x\/p: its spread within a day/,
    );
    // 2 (sqrt 13 - sqrt 1) = 5.2; 2 (sqrt 12 - 1) = 4.9.
    expect(differing([...like, pump('x/p', 5, { alarms: 12 })])).toEqual([]);
    expect(compareAssets([...like, pump('x/p', 5, { alarms: 13 })], TODAY, never).at(-1)!.text).toBe(
      'x/p has 3.25 alarms a week over the last 28 days; the median of the 6 like it is 0.',
    );
  });

  test('is compared with five at least of its unit, on five days at least, and not by today', () => {
    expect(differing([...like.slice(0, 3), pump('x/p', 9)])).toEqual([]);
    expect(differing([...like, pump('x/p', 9, { count: 4 })])).toEqual([]);
    expect(differing([...like, pump('x/p', 9, { unit: 'psi' })])).toEqual([]);
    const today = { day: TODAY, mean: 9, spread: 1 };
    expect(differing([...like, pump('x/p', 5, { days: [today, ...pump('x/p', 5, { count: 4 }).days] })])).toEqual([]);
  });
});

test('the members of a class are those that a pattern matches as a whole', () => {
  const subjects = ['north/pump-1-flow', 'south/pump-2-flow', 'south/pump-2-flow-x', 'south/fan'];
  expect(membersOf({ series: ['*/pump-*-flow'] }, subjects)).toEqual(['north/pump-1-flow', 'south/pump-2-flow']);
  expect(membersOf({ series: ['south/*'] }, subjects)).toHaveLength(3);
});

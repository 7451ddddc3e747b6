import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Aligner } from '../../src/detect/aligner.ts';
import type { Sample } from '../../src/detect/sample.ts';
import { Memory } from '../../src/math/memory.ts';

type Said = readonly [d: number, at: number, value: number];

const everyone = (): boolean => true;

/** The samples, each as [at, values], that a group of this size makes of what was said. */
function samplesOf(series: number, said: readonly Said[], awaited: (d: number) => boolean = everyone) {
  const aligner = new Aligner(new Memory(), 'group', series);
  const samples: (readonly [number, readonly number[]])[] = [];
  for (const [d, at, value] of said) {
    let sample = aligner.add(d, at, value, awaited);
    for (; sample !== null; sample = aligner.complete(awaited)) samples.push([sample.at, [...sample.x]]);
  }
  return samples;
}

test('a series alone: each reading is a sample', () => {
  const said: Said[] = [
    [0, 1, 10],
    [0, 2, 20],
  ];
  expect(samplesOf(1, said)).toEqual([
    [1, [10]],
    [2, [20]],
  ]);
});

test('a round is complete when all have spoken, in any order, at the time of the last', () => {
  const said: Said[] = [
    [2, 1, 12],
    [0, 2, 10],
    [1, 3, 11],
    [0, 4, 20],
    [1, 5, 21],
    [2, 6, 22],
  ];
  expect(samplesOf(3, said)).toEqual([
    [3, [10, 11, 12]],
    [6, [20, 21, 22]],
  ]);
});

test('it ends early when one has a second reading: the others are missing', () => {
  const said: Said[] = [
    [0, 1, 10],
    [0, 2, 20],
    [1, 3, 21],
  ];
  expect(samplesOf(2, said)).toEqual([
    [1, [10, NaN]],
    [3, [20, 21]],
  ]);
});

test('a slow series is missing from most rounds', () => {
  const said: Said[] = [0, 1, 2, 3, 4, 5].flatMap((t): Said[] =>
    t % 3 === 0
      ? [
          [0, t, t],
          [1, t, -t],
        ]
      : [[0, t, t]],
  );
  expect(samplesOf(2, said)).toEqual([
    [0, [0, -0]],
    [1, [1, NaN]],
    [2, [2, NaN]],
    [3, [3, -3]],
    [4, [4, NaN]],
  ]);
});

test('a series that is not awaited delays no round, and is in it when it has a reading', () => {
  const said: Said[] = [
    [0, 1, 10],
    [1, 2, 11],
    [0, 3, 20],
  ];
  expect(samplesOf(2, said, (d) => d !== 1)).toEqual([
    [1, [10, NaN]],
    [3, [20, 11]],
  ]);
});

test('who spoke but said nothing sound has spoken', () => {
  const said: Said[] = [
    [0, 1, 10],
    [1, 2, NaN],
    [1, 3, NaN],
    [1, 4, 21],
  ];
  expect(samplesOf(2, said)).toEqual([
    [2, [10, NaN]],
    [3, [NaN, NaN]],
  ]);
});

test('given up while a round waits for it: the round ends with the next reading, and nothing lags behind', () => {
  const aligner = new Aligner(new Memory(), 'group', 2);
  const alone = (d: number): boolean => d === 0;
  expect(aligner.add(0, 1, 10, everyone)).toBeNull();
  expect(aligner.add(0, 2, 20, alone)?.at).toBe(1);
  expect(aligner.complete(alone)?.at).toBe(2);
  expect(aligner.complete(alone)).toBeNull();
  expect(aligner.add(0, 3, 30, alone)?.at).toBe(3);
});

const said = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.nat(), fc.oneof(fc.double({ noNaN: true }), fc.constant(NaN))), {
  maxLength: 60,
});

test('no reading is lost or doubled: all but those of the round that still waits are in the samples, in order', () => {
  fc.assert(
    fc.property(said, fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), (readings, waits) => {
      const samples = samplesOf(3, readings, (d) => waits[d]);
      for (let d = 0; d < 3; d++) {
        const spoken = readings.filter((r) => r[0] === d && !Number.isNaN(r[2])).map((r) => r[2]);
        const sampled = samples.map(([, x]) => x[d]).filter((value) => !Number.isNaN(value));
        expect(spoken.slice(0, sampled.length)).toEqual(sampled);
        expect(spoken.length - sampled.length).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('the same readings give the same samples, also when a snapshot was taken in the middle of a round', () => {
  fc.assert(
    fc.property(said, fc.nat({ max: 60 }), (readings, cut) => {
      const memories = [new Memory(), new Memory()];
      const [kept, restored] = memories.map((memory) => new Aligner(memory, 'group', 3));
      for (const [d, at, value] of readings.slice(0, cut)) kept.add(d, at, value, everyone);
      memories[1].fromBytes(memories[0].toBytes());
      for (const [d, at, value] of readings.slice(cut))
        expect(restored.add(d, at, value, everyone)).toEqual(kept.add(d, at, value, everyone));
    }),
  );
});

/** The same of messages: source and what each said. */
function samplesOfMessages(
  series: number,
  messages: readonly (readonly [source: number, ...said: Said[]])[],
  only = 0,
) {
  const aligner = new Aligner(new Memory(), 'group', series, only);
  return messages.map(([source, ...said]) => {
    const samples: (readonly number[])[] = [];
    const keep = (sample: Sample | null): boolean => sample !== null && samples.push([...sample.x]) > 0;
    for (const [d, at, value] of said)
      for (let more = keep(aligner.add(d, at, value, everyone)); more;) more = keep(aligner.complete(everyone));
    keep(aligner.endMessage(source, everyone));
    return samples;
  });
}

test('with one source each message is a round, even if series are missing from it', () => {
  expect(
    samplesOfMessages(3, [
      [7, [0, 1, 10], [1, 1, 11], [2, 1, 12]],
      [7, [1, 2, 21]],
      [7, [0, 3, 30], [2, 3, 32]],
      [7, [0, 4, 40], [1, 4, 41], [2, 4, 42]],
    ]),
  ).toEqual([[[10, 11, 12]], [[NaN, 21, NaN]], [[30, NaN, 32]], [[40, 41, 42]]]);
});

test('a late reading is a sample of its own, but not where each message is a round or a round has begun', () => {
  const lateIn = (only: number, first: boolean): readonly number[] | null => {
    const aligner = new Aligner(new Memory(), 'group', 3, only);
    if (first) aligner.add(0, 1, 10, everyone);
    const sample = aligner.add(1, 1, 11, everyone, true);
    return sample && [...sample.x];
  };
  expect(lateIn(0, false)).toEqual([NaN, 11, NaN]);
  expect(lateIn(0, true)).toBeNull();
  expect(lateIn(7, false)).toBeNull();
});

test('where each series has a source of its own, or two share the group, a round goes over messages', () => {
  const apart: readonly (readonly [number, Said])[] = [
    [7, [0, 1, 10]],
    [8, [1, 2, 11]],
    [8, [1, 3, 21]],
    [7, [0, 4, 20]],
  ];
  expect(samplesOfMessages(2, apart)).toEqual([[], [[10, 11]], [], [[20, 21]]]);
  expect(
    samplesOfMessages(3, [
      [7, [0, 1, 10], [1, 1, 11]], // so far the only one
      [8, [2, 2, 12]],
      [7, [0, 3, 20], [1, 3, 21]],
      [8, [2, 4, 22]],
      [7, [0, 5, 30], [1, 5, 31]],
    ]),
  ).toEqual([[[10, 11, NaN]], [], [[20, 21, 12]], [], [[30, 31, 22]]]);
});

test('for all messages of a source known to be the only one: one sample a message that said anything, and it is its own', () => {
  fc.assert(
    fc.property(fc.array(fc.subarray([0, 1, 2])), (rows) => {
      const messages = rows.map((row, t) => [1, ...row.map((d): Said => [d, t, 10 * t + d])] as const);
      const expected = messages.map(([, ...said]) => {
        const x = [NaN, NaN, NaN];
        for (const [d, , value] of said) x[d] = value;
        return said.length === 0 ? [] : [x];
      });
      expect(samplesOfMessages(3, messages, 1)).toEqual(expected);
    }),
  );
});

test('a round ends before a reading that comes more than three quarters of the usual interval later', () => {
  const aligner = new Aligner(new Memory(), 'group', 2);
  expect(aligner.endBefore(1000, 100)).toBeNull(); // no round has begun
  aligner.add(1, 1000, 11, everyone);
  expect(aligner.endBefore(1075, 100)).toBeNull();
  expect(aligner.endBefore(1076, 0)).toBeNull(); // the interval is unknown
  expect(aligner.endBefore(1076, 100)).toMatchObject({ at: 1000, x: Float64Array.of(NaN, 11) });
  expect(aligner.endBefore(1076, 100)).toBeNull();
});

test('a round of one source is ended by its message, however late the next reading comes', () => {
  const aligner = new Aligner(new Memory(), 'group', 2, 9);
  aligner.add(1, 1000, 11, everyone);
  expect(aligner.endBefore(5000, 100)).toBeNull();
});

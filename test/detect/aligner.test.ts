import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Aligner } from '../../src/detect/aligner.ts';
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

test('it is broken off when one speaks twice: the others are missing', () => {
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

test('who is not awaited holds nobody up, and is welcome when it speaks', () => {
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

test('no reading is lost or told twice: all but those of the round that still waits are in the samples, in order', () => {
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

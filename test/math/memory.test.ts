import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GrowingDoubles } from '../../src/math/growing-doubles.ts';
import { Memory, perSeries, section, type Guest } from '../../src/math/memory.ts';

/** A memory of the named arrays, filled with the given numbers. */
function memoryOf(contents: Record<string, number[]>): Memory {
  const memory = new Memory();
  for (const [name, numbers] of Object.entries(contents)) memory.take(name, numbers.length).set(numbers);
  return memory;
}

test('an array is zeroed, with the requested length', () => {
  expect(new Memory().take('theta', 3)).toEqual(Float64Array.of(0, 0, 0));
});

test('a snapshot is the doubles in order of taking', () => {
  const bytes = memoryOf({ b: [1, 2], none: [], a: [-0.5] }).toBytes();
  expect(new Float64Array(bytes.buffer)).toEqual(Float64Array.of(1, 2, -0.5));
});

test('a snapshot is a copy: what happens later does not reach it', () => {
  const memory = new Memory();
  const array = memory.take('a', 1);
  const before = memory.toBytes();
  array[0] = 1;
  expect(before).toEqual(new Uint8Array(8));
});

test('whatever bits were kept come back: -0, NaN, Infinity, denormals and all the rest', () => {
  const special = [-0, NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE];
  const back = new Memory();
  const array = back.take('a', special.length);
  back.fromBytes(memoryOf({ a: special }).toBytes());
  expect([...array]).toEqual(special); // toEqual distinguishes -0 from 0

  const words = fc.uint8Array({ minLength: 8, maxLength: 80 }).map((bytes) => bytes.slice(bytes.length % 8));
  fc.assert(
    fc.property(words, (bytes) => {
      const memory = new Memory();
      memory.take('first', 1);
      memory.take('rest', bytes.length / 8 - 1);
      memory.fromBytes(bytes);
      expect(memory.toBytes()).toEqual(bytes);
    }),
  );
});

test('arrays taken earlier are the ones that are restored, also from the middle of a larger buffer', () => {
  const memory = new Memory();
  const [a, b] = [memory.take('a', 1), memory.take('b', 2)];
  const pool = new Uint8Array(3 + 24);
  pool.set(memoryOf({ a: [7], b: [8, 9] }).toBytes(), 3);
  memory.fromBytes(pool.subarray(3));
  expect([...a, ...b]).toEqual([7, 8, 9]);
});

test('a snapshot of another size is refused and changes nothing', () => {
  const memory = memoryOf({ a: [1, 2, 3] });
  const before = memory.toBytes();
  for (const size of [0, 8, 23, 25, 32])
    expect(() => {
      memory.fromBytes(new Uint8Array(size).fill(255));
    }).toThrow(new RangeError(`memory: ${size} bytes do not fit 24`));
  expect(memory.toBytes()).toEqual(before);
});

test('a name is taken once', () => {
  const memory = memoryOf({ theta: [1] });
  expect(() => memory.take('theta', 5)).toThrow(RangeError);
  expect(memory.layout).toBe('theta:8');
});

test('the layout contains names, bytes and order', () => {
  expect(memoryOf({ theta: [1, 2], clock: [0] }).layout).toBe('theta:16 clock:8');
  expect(memoryOf({ clock: [0], theta: [1, 2] }).layout).toBe('clock:8 theta:16');
  expect(new Memory().layout).toBe('');
});

test('a section puts its name before each of its own, also a section of a section', () => {
  const memory = new Memory();
  const pump = section(memory, 'pump');
  pump.take('state', 2);
  section(pump, 'steps').take('state', 3);
  expect(memory.layout).toBe('pump.state:16 pump.steps.state:24');
  expect(memory.byteLength).toBe(5 * 8);
  expect(() => pump.take('state', 2)).toThrow(RangeError);
});

test('of a group with other series: pieces go by name, and inside them numbers by series', () => {
  const groupOf = (slugs: string[]) => {
    const memory = new Memory();
    return {
      memory,
      own: slugs.map((slug) => section(memory, slug).take('mean', 1)),
      shared: memory.take('count', 1),
      scores: memory.take('scores', 1 + 2 * slugs.length, perSeries(1)),
    };
  };
  const past = groupOf(['a', 'b', 'c']);
  past.own.forEach((mean, d) => (mean[0] = 10 + d));
  past.shared[0] = 7;
  past.scores.set([5, 1, 2, 3, 4, 5, 6]);
  const now = groupOf(['c', 'new', 'a']);
  now.scores.fill(-1);
  now.memory.takeOver(past.memory, [2, -1, 0]);
  expect(now.own.map(([mean]) => mean)).toEqual([12, 0, 10]);
  expect([...now.shared]).toEqual([7]);
  expect([...now.scores]).toEqual([5, 5, 6, -1, -1, 1, 2]);
});

test('of a copy the chosen pieces alone are taken back', () => {
  const memory = new Memory();
  const [a, b] = [memory.take('a', 2), memory.take('b', 1)];
  const bytes = memory.toBytes();
  a.fill(1);
  b.fill(2);
  memory.fromBytes(bytes, (name) => name === 'b');
  expect([...a, ...b]).toEqual([1, 1, 0]);
});

describe('what is smaller in memory than in a snapshot', () => {
  class Visitor implements Guest {
    memory: Memory | null = null;
    static like(): Memory {
      const memory = new Memory();
      memory.take('.mean', 1);
      memory.pack('.counts', 16, new GrowingDoubles(1));
      return memory;
    }
    open(): Memory {
      return (this.memory ??= Visitor.like());
    }
  }
  function hotel() {
    const memory = new Memory();
    const visitor = new Visitor();
    memory.take('before', 1)[0] = 1;
    memory.lend('Guest.pump', Visitor.like(), visitor);
    memory.take('behind', 1)[0] = 2;
    return { memory, visitor };
  }

  test('a guest that is not there has zeros in a snapshot and no bytes in memory', () => {
    const { memory } = hotel();
    expect(memory.layout).toBe('before:8 Guest.pump.mean:8 Guest.pump.counts:16 behind:8');
    expect([...new Float64Array(memory.toBytes().buffer)]).toEqual([1, 0, 0, 0, 2]);
    expect([memory.byteLength, memory.heldBytes]).toEqual([40, 16]);
  });

  test('a guest comes back with the snapshot in which it was, and only with that', () => {
    const [kept, back] = [hotel(), hotel()];
    back.memory.fromBytes(kept.memory.toBytes());
    expect(back.visitor.memory).toBeNull();
    const own = kept.visitor.open();
    own.fromBytes(new Uint8Array(Float64Array.of(5, 6, 0).buffer));
    back.memory.fromBytes(kept.memory.toBytes());
    expect(back.visitor.memory?.toBytes()).toEqual(own.toBytes());
    expect(back.memory.heldBytes).toBe(16 + 8 + 8);
    expect(back.memory.toBytes()).toEqual(kept.memory.toBytes());
  });

  test('pieces are copied between a stream and its guest by their names', () => {
    const memory = new Memory();
    const pump = section(memory, 'pump');
    pump.take('mean', 1)[0] = 3;
    const counts = pump.pack('counts', 16, new GrowingDoubles(1));
    counts.grow(1);
    counts.numbers[0] = 4;
    const guest = Visitor.like();
    guest.copy(memory, (name) => `pump${name}`);
    expect([...new Float64Array(guest.toBytes().buffer)]).toEqual([3, 4, 0]);
    guest.fromBytes(new Uint8Array(Float64Array.of(8, 0, 9).buffer));
    memory.copy(guest, (name) => (name === 'pump.counts' ? '.counts' : ''));
    expect([...new Float64Array(memory.toBytes().buffer)]).toEqual([3, 0, 9]);
  });
});

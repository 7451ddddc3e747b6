import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { buildCell, type CellKind } from '../../src/nn/build-cell.ts';
import { decodeSafetensors, encodeSafetensors, toNumbers, toTensor, WeightsError } from '../../src/nn/safetensors.ts';
import { exportWeights, importWeights } from '../../src/nn/weights.ts';
import { distance, normals, run } from './reference.ts';

const KINDS: [kind: CellKind, peepholes: boolean][] = [
  ['rnn', false],
  ['gru', false],
  ['lstm', false],
  ['lstm', true],
  ['elementwise', false],
];
const TORCH = ['rnn', 'gru', 'lstm'] as const;
const [X, H] = [3, 4];

/** What test/vectors/make.py and test/vectors/weights.py write. */
const file = (name: string) => readFileSync(new URL(`../vectors/${name}.safetensors`, import.meta.url));
const vectors = (name: string) =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8')) as {
    theta: number[];
    xs: number[][];
    states: number[][];
  };

const count = (kind: CellKind, peepholes = false, inputs = X, units = H) =>
  buildCell(kind, inputs, units, peepholes).parameterCount;
const some = (length: number, seed = 1) => normals(length, new Random(seed));

/** A file with other tensors: what `change` gives for each name and its numbers, undefined to leave it out. */
function changed(
  bytes: Uint8Array,
  change: (name: string, values: Float64Array) => Float64Array | undefined,
): Uint8Array {
  const { tensors } = decodeSafetensors(bytes);
  for (const [name, tensor] of tensors) {
    const values = change(name, toNumbers(tensor));
    if (values) tensors.set(name, toTensor(values, tensor.shape));
    else tensors.delete(name);
  }
  return encodeSafetensors(tensors);
}

/** A file under other names. */
function renamed(bytes: Uint8Array, rename: (name: string) => string): Uint8Array {
  const { tensors } = decodeSafetensors(bytes);
  return encodeSafetensors(new Map([...tensors].map(([name, tensor]) => [rename(name), tensor])));
}

describe('names and shapes', () => {
  test.each<[kind: CellKind, peepholes: boolean, shapes: Record<string, number[]>]>([
    ['rnn', false, { weight_ih_l0: [4, 3], weight_hh_l0: [4, 4], bias_ih_l0: [4], bias_hh_l0: [4] }],
    ['gru', false, { weight_ih_l0: [12, 3], weight_hh_l0: [12, 4], bias_ih_l0: [12], bias_hh_l0: [12] }],
    ['lstm', false, { weight_ih_l0: [16, 3], weight_hh_l0: [16, 4], bias_ih_l0: [16], bias_hh_l0: [16] }],
    [
      'lstm',
      true,
      {
        ...{ weight_ih_l0: [16, 3], weight_hh_l0: [16, 4], bias_ih_l0: [16], bias_hh_l0: [16] },
        ...{ weight_pi_l0: [4], weight_pf_l0: [4], weight_po_l0: [4] },
      },
    ],
    ['elementwise', false, { weight_x: [12, 3], weight_c: [12], bias: [12] }],
  ])('%s, peepholes %s', (kind, peepholes, shapes) => {
    const { tensors, metadata } = decodeSafetensors(exportWeights(kind, X, H, peepholes, some(count(kind, peepholes))));
    expect(Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]))).toEqual(shapes);
    expect(metadata).toEqual({ format: 'pt', cell: kind, input_size: '3', hidden_size: '4' });
  });

  test('one unit, one input, by hand: each number is where PyTorch has it', () => {
    // r, z, n from the input, from the state, and their two biases.
    const theta = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    const { tensors } = decodeSafetensors(exportWeights('gru', 1, 1, false, theta));
    expect([...toNumbers(tensors.get('weight_ih_l0')!)]).toEqual([1, 2, 3]);
    expect([...toNumbers(tensors.get('weight_hh_l0')!)]).toEqual([4, 5, 6]);
    expect([...toNumbers(tensors.get('bias_ih_l0')!)]).toEqual([7, 8, 9]);
    expect([...toNumbers(tensors.get('bias_hh_l0')!)]).toEqual([10, 11, 12]);
  });
});

describe.each(TORCH)("PyTorch's %s.safetensors", (kind) => {
  const { theta, xs, states } = vectors(kind);

  test('equals the exported file of the same weights, byte for byte', () => {
    const ours = exportWeights(kind, X, H, false, Float64Array.from(theta));
    expect(Buffer.from(ours).equals(file(kind))).toBe(true);
  });

  test('gives the cell the same states as in PyTorch', () => {
    const read = new Float64Array(count(kind));
    importWeights(file(kind), kind, X, H, false, read);
    expect([...read]).toEqual(theta);
    const ours = run(
      buildCell(kind, X, H),
      read,
      xs.map((x) => Float64Array.from(x)),
    ).states;
    ours.forEach((state, t) => {
      expect(distance(state, Float64Array.from(states[t]))).toBeLessThan(1e-12);
    });
  });
});

describe("PyTorch's model of a gru and a head in float32", () => {
  const { theta, xs, states } = vectors('gru');

  test('its cell has the weights rounded to floats, and nearly the states', () => {
    const read = new Float64Array(count('gru'));
    importWeights(file('model'), 'gru', X, H, false, read);
    expect([...read]).toEqual(theta.map(Math.fround));
    const ours = run(
      buildCell('gru', X, H),
      read,
      xs.map((x) => Float64Array.from(x)),
    ).states;
    const apart = ours.map((state, t) => distance(state, Float64Array.from(states[t])));
    expect(Math.max(...apart)).toBeLessThan(1e-6);
    expect(Math.max(...apart)).toBeGreaterThan(1e-9);
  });

  test('its head is 0, 1/8, 2/8, ...: two rows of H + X, then two biases', () => {
    const head = { inputSize: H + X, theta: new Float64Array(16) };
    importWeights(file('model'), 'gru', X, H, false, new Float64Array(count('gru')), head);
    expect([...head.theta]).toEqual(Array.from({ length: 16 }, (_, i) => i / 8));
  });

  test('deeper in a bigger model it is found too', () => {
    const deeper = renamed(file('model'), (name) => `net.${name}`);
    const head = { inputSize: H + X, theta: new Float64Array(16) };
    importWeights(deeper, 'gru', X, H, false, new Float64Array(count('gru')), head);
    expect(head.theta[15]).toBe(15 / 8);
  });
});

describe.each(KINDS)('%s, peepholes %s', (kind, peepholes) => {
  const theta = some(count(kind, peepholes));

  test('an export and its import give the same bits', () => {
    const read = new Float64Array(theta.length);
    importWeights(exportWeights(kind, X, H, peepholes, theta), kind, X, H, peepholes, read);
    expect(read).toEqual(theta);
  });

  test('so with a read-out, whose names are those of a model', () => {
    const head = { inputSize: 5, theta: some(12, 2) };
    const bytes = exportWeights(kind, X, H, peepholes, theta, head);
    const names = [...decodeSafetensors(bytes).tensors.keys()];
    expect(names.filter((name) => !name.startsWith(`${kind}.`))).toEqual(['head.bias', 'head.weight']);
    const read = new Float64Array(theta.length);
    const readHead = { inputSize: 5, theta: new Float64Array(12) };
    importWeights(bytes, kind, X, H, peepholes, read, readHead);
    expect(read).toEqual(theta);
    expect(readHead.theta).toEqual(head.theta);
  });

  test('through F32 the weights are rounded to the nearest float', () => {
    const { tensors } = decodeSafetensors(exportWeights(kind, X, H, peepholes, theta));
    for (const [name, tensor] of tensors) tensors.set(name, toTensor(toNumbers(tensor), tensor.shape, 'F32'));
    const read = new Float64Array(theta.length);
    importWeights(encodeSafetensors(tensors), kind, X, H, peepholes, read);
    expect(read).toEqual(theta.map(Math.fround));
  });

  test('every other cell and every other size is refused by name', () => {
    const bytes = exportWeights(kind, X, H, peepholes, theta);
    const name = peepholes ? 'lstm with peepholes' : kind;
    const others = [
      ...KINDS.filter(([k, p]) => k !== kind || p !== peepholes).map(([k, p]) => [k, X, H, p] as const),
      [kind, X + 1, H, peepholes] as const,
      [kind, X, H - 1, peepholes] as const,
    ];
    expect(others.length).toBe(6);
    for (const [k, inputs, units, p] of others) {
      const untouched = some(count(k, p, inputs, units), 3);
      const read = untouched.slice();
      const wanted = `${p ? 'lstm with peepholes' : k} (inputs ${inputs}, hidden units ${units})`;
      expect(() => {
        importWeights(bytes, k, inputs, units, p, read);
      }).toThrow(`: the file holds ${name} (inputs 3, hidden units 4), expected ${wanted}`);
      expect(read).toEqual(untouched);
    }
  });
});

describe('a foreign file is refused in a sentence, and theta is untouched', () => {
  const gru = file('gru');
  const model = file('model');
  const withAnother = (name: string) => {
    const { tensors } = decodeSafetensors(gru);
    return encodeSafetensors(tensors.set(name, toTensor(Float64Array.of(1), [1])));
  };
  const holds = 'the file holds gru (inputs 3, hidden units 4), expected gru (inputs 3, hidden units 4)';

  test.each<[what: string, bytes: Uint8Array, message: string]>([
    ['a damaged file', gru.subarray(0, 1000), 'cut short: "weight_ih_l0" ends at byte 864 of the data, which has 640'],
    [
      'no tensor',
      encodeSafetensors(new Map()),
      'no "weight_ih_l0": the file holds nothing, expected gru (inputs 3, hidden units 4)',
    ],
    [
      'bias=False',
      changed(gru, (name, values) => (name.startsWith('bias') ? undefined : values)),
      'no "bias_ih_l0": the file holds "weight_hh_l0" (12, 4), "weight_ih_l0" (12, 3), expected gru (inputs 3, hidden units 4)',
    ],
    [
      'a model without any cell',
      encodeSafetensors(new Map(Array.from({ length: 9 }, (_, i) => [`fc${i}`, toTensor(some(2), [1, 2])]))),
      'no "weight_ih_l0": the file holds "fc0" (1, 2), "fc1" (1, 2), "fc2" (1, 2), "fc3" (1, 2), "fc4" (1, 2), "fc5" (1, 2) and 3 more, expected',
    ],
    ['a second layer', withAnother('weight_ih_l1'), `"weight_ih_l1" is one too many: ${holds}`],
    ['the way back', withAnother('weight_ih_l0_reverse'), `"weight_ih_l0_reverse" is one too many: ${holds}`],
    ['a projection', withAnother('weight_hr_l0'), `"weight_hr_l0" is one too many: ${holds}`],
    ['two cells', withAnother('decoder.weight_ih_l0'), `2 cells, "decoder.", "", not one: ${holds}`],
    [
      'a NaN',
      changed(gru, (name, values) => (name === 'weight_hh_l0' ? values.fill(NaN, 7, 8) : values)),
      '"weight_hh_l0": number 8 of 48 is NaN, not finite',
    ],
    [
      'an infinite bias',
      changed(gru, (name, values) => (name === 'bias_hh_l0' ? values.fill(-Infinity) : values)),
      '"bias_hh_l0": number 1 of 12 is -Infinity, not finite',
    ],
    [
      'whole numbers',
      (() => {
        const { tensors } = decodeSafetensors(gru);
        return encodeSafetensors(tensors.set('bias_ih_l0', { dtype: 'I8', shape: [12], bytes: new Uint8Array(12) }));
      })(),
      '"bias_ih_l0": its numbers are I8, and weights are F64, F32, F16, BF16',
    ],
  ])('%s', (_, bytes, message) => {
    const untouched = some(count('gru'));
    const theta = untouched.slice();
    const read = () => {
      importWeights(bytes, 'gru', X, H, false, theta);
    };
    expect(read).toThrow(WeightsError);
    expect(read).toThrow(message);
    expect(theta).toEqual(untouched);
  });

  test('the head may be of another shape, or missing; then the cell is untouched too', () => {
    const theta = new Float64Array(count('gru'));
    const into = (bytes: Uint8Array, head: { inputSize: number; theta: Float64Array }) => () => {
      importWeights(bytes, 'gru', X, H, false, theta, head);
    };
    expect(into(model, { inputSize: H, theta: new Float64Array(10) })).toThrow(
      '"head.weight" has the shape (2, 7), not (2, 4): the file holds gru',
    );
    expect(into(gru, { inputSize: H, theta: new Float64Array(10) })).toThrow('no "head.weight": the file holds gru');
    expect(theta).toEqual(new Float64Array(count('gru')));
  });

  test('what else a model holds is passed over', () => {
    const theta = new Float64Array(count('gru'));
    importWeights(withAnother('norm.running_mean'), 'gru', X, H, false, theta);
    expect([...theta]).toEqual(vectors('gru').theta);
  });
});

test('of a file with small damages all is read, and finite, or nothing', () => {
  const good = file('model');
  const damage = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
  let [read, refused] = [0, 0];
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
      const bytes = Uint8Array.from(good);
      for (const [at, byte] of damages) bytes[at] = byte;
      const theta = new Float64Array(count('gru')).fill(0.5);
      const head = { inputSize: H + X, theta: new Float64Array(16).fill(0.5) };
      try {
        importWeights(bytes, 'gru', X, H, false, theta, head);
        read++;
        expect([...theta, ...head.theta].every(Number.isFinite)).toBe(true);
      } catch (error) {
        if (!(error instanceof WeightsError)) throw error;
        refused++;
        expect([...theta, ...head.theta].every((value) => value === 0.5)).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
  expect(Math.min(read, refused)).toBeGreaterThan(0); // both happen
});

test('arrays of the wrong length are a RangeError', () => {
  const theta = some(count('gru'));
  expect(() => exportWeights('gru', X, H, false, theta.subarray(1))).toThrow(RangeError);
  expect(() => exportWeights('gru', X, H, false, theta, { inputSize: 4, theta: some(11) })).toThrow(RangeError);
  expect(() => {
    importWeights(file('gru'), 'gru', X, H, false, theta.subarray(1));
  }).toThrow(RangeError);
});

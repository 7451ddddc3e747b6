import type { Activations } from '../../../app/dashboard/contract/learning.ts';

/** Numbers of each unit over the readings, the oldest first. */
export const unitsOf = ({ bytes, span, scale }: Activations, units: number): Float32Array[] => {
  const raw = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
  const readings = raw.length / units;
  return Array.from({ length: units }, (_, unit) =>
    Float32Array.from(raw.subarray(unit * readings, (unit + 1) * readings), (byte) =>
      span === 'unit' ? byte / 255 : (scale * (byte - 128)) / 127,
    ),
  );
};

export const mean = (numbers: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i];
  return sum / numbers.length;
};

/** The units in the order of a number of each, the smallest first. */
export const orderBy = (numbers: readonly number[]): readonly number[] =>
  numbers.map((_, unit) => unit).sort((a, b) => numbers[a] - numbers[b]);

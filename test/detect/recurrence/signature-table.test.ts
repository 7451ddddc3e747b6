import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SignatureTable } from '../../../src/detect/recurrence/signature-table.ts';

const [HEAD, PARTS, PLACES] = [3, 4, 5];
const EACH = HEAD + PARTS;
const numbersOf = (table: SignatureTable): number[] => {
  const bytes = new Uint8Array(PLACES * EACH * 8);
  table.write(bytes);
  return [...new Float64Array(bytes.buffer)];
};

test('whatever is done to it, a snapshot has the numbers of a plain array, and a copy has them too', () => {
  const act = fc.tuple(
    fc.constantFrom('head', 'count', 'clear', 'fade', 'copy'),
    fc.nat(PLACES - 1),
    fc.nat(PARTS - 1),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      let table = new SignatureTable(HEAD, PARTS);
      const plain = new Array<number>(PLACES * EACH).fill(0);
      for (const [what, place, part] of acts) {
        while (table.places <= place) table.addPlace();
        if (what === 'head') table.heads[place * HEAD] = plain[place * EACH] = 1 / (1 + part);
        else if (what === 'count') {
          table.add(place, part, 0.3);
          plain[place * EACH + HEAD + part] += 0.3;
        } else if (what === 'clear') {
          table.clear(place);
          plain.fill(0, place * EACH, (place + 1) * EACH);
        } else if (what === 'fade') {
          table.fade(0.9);
          for (let i = 0; i < plain.length; i++) if (i % EACH >= HEAD) plain[i] *= 0.9;
        } else {
          const copy = new SignatureTable(HEAD, PARTS);
          copy.read(new Uint8Array(Float64Array.from(numbersOf(table)).buffer));
          table = copy;
        }
      }
      expect(numbersOf(table)).toEqual(plain);
    }),
  );
});

test('a place takes its head, two bytes for each part, and eight for each count that is not 0', () => {
  const table = new SignatureTable(HEAD, PARTS);
  expect(table.heldBytes).toBe(0);
  table.addPlace();
  table.addPlace();
  table.add(0, 2, 1);
  table.add(0, 2, 1);
  table.add(1, 3, 5);
  expect([table.at(0, 2), table.at(1, 3), table.at(1, 0), table.heldBytes]).toEqual([2, 5, 0, 2 * (24 + 8) + 2 * 8]);
  table.clear(0);
  expect([table.at(0, 2), table.at(1, 3), table.heldBytes]).toEqual([0, 5, 2 * (24 + 8) + 8]);
});

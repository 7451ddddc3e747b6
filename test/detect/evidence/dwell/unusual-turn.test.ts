import { expect, test } from 'vitest';
import { UnusualTurn } from '../../../../src/detect/evidence/dwell/unusual-turn.ts';
import { Memory } from '../../../../src/math/memory.ts';

const SENTENCE = { aspect: -2, detail: 3_600_000, usual: 7_200_000 };

/** What a turn says of itself. */
const told = (turn: UnusualTurn) => {
  const sentence = { aspect: 0, detail: 0, usual: 0 };
  turn.tell(sentence);
  return sentence;
};

test('it counts before its end and not at it, with its rarity, its direction and its sentence', () => {
  const turn = new UnusualTurn(new Memory(), 'turn');
  expect(turn.countsAt(0)).toBe(false);
  turn.begin(3.5, 1, 1000, SENTENCE);
  expect([turn.countsAt(999), turn.countsAt(1000)]).toEqual([true, false]);
  expect([turn.rarity, turn.isIn(1), turn.isIn(0), told(turn)]).toEqual([3.5, true, false, SENTENCE]);
  turn.end();
  expect(turn.countsAt(0)).toBe(false);
});

test('a snapshot has all of it', () => {
  const memory = new Memory();
  new UnusualTurn(memory, 'turn').begin(3.5, 1, 1000, SENTENCE);
  const restored = new Memory();
  const turn = new UnusualTurn(restored, 'turn');
  restored.fromBytes(memory.toBytes());
  expect([turn.rarity, turn.isIn(1), turn.countsAt(999), told(turn)]).toEqual([3.5, true, true, SENTENCE]);
});

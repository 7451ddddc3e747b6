import { expect, test } from 'vitest';
import {
  headLength,
  stateBytes,
  stateFrom,
  streamsIn,
  type PartitionState,
} from '../../../src/app/cluster/partition-state.ts';
import { SNAPSHOT_VERSION } from '../../../src/detect/stream-monitor.ts';

const snapshot = (stream: string, bytes: readonly number[], version = SNAPSHOT_VERSION) => ({
  ...{ stream, at: 5, seq: 7, version, shape: 'gru' },
  bytes: Uint8Array.from(bytes),
});
const STATE: PartitionState = {
  seq: 7,
  moment: { now: 1.5e12, beatAt: -Infinity },
  snapshots: [snapshot('a', [1, 2, 3]), snapshot('b', []), snapshot('c', [255])],
  database: Buffer.from('rows'),
};

test('comes back from its bytes', () => {
  expect(stateFrom(stateBytes(STATE))).toEqual(STATE);
});

test('bytes that are not whole, and those of a newer program, are refused', () => {
  expect(() => stateFrom(stateBytes(STATE).subarray(0, -1))).toThrow(RangeError);
  const newer = { ...STATE, snapshots: [snapshot('a', [1], SNAPSHOT_VERSION + 1)] };
  expect(() => stateFrom(stateBytes(newer))).toThrow(/the state of a has version/);
});

test('the beginning of its bytes names the streams', () => {
  const bytes = stateBytes(STATE);
  const head = bytes.subarray(0, headLength(bytes.subarray(0, 4)));
  expect(head.length).toBeLessThan(bytes.length - Buffer.from('rows').length);
  expect(streamsIn(head)).toEqual(['a', 'b', 'c']);
  expect(() => streamsIn(head.subarray(0, -1))).toThrow();
});

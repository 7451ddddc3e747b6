import { expect, test } from 'vitest';
import { shapeChanges } from '../../../../src/io/sqlite/snapshots/snapshot-shapes.ts';
import { SnapshotStore } from '../../../../src/io/sqlite/snapshots/snapshot-store.ts';
import { opened } from '../../../app/dashboard/database.ts';

const HOUR = 3_600_000;

test('the last change of the shape of each stream, also when all newest states have it', () => {
  const db = opened();
  const store = new SnapshotStore(db);
  const save = (stream: string, hour: number, shape: string): void => {
    store.save([{ stream, at: hour * HOUR, seq: hour, version: 1, shape, bytes: new Uint8Array(1) }]);
  };
  for (let hour = 1; hour <= 40; hour++) {
    save('boiler', hour, hour < 10 ? 'small' : hour < 20 ? 'large' : 'larger');
    save('hall', hour, 'same');
  }
  save('cellar', 39, 'small');
  save('cellar', 40, 'large');
  const changes = shapeChanges(db, 0);
  expect(changes.map(({ stream, from, to }) => [stream, from, to])).toEqual([
    ['cellar', 'small', 'large'],
    ['boiler', 'large', 'larger'],
  ]);
  expect(changes[1].after).toBeLessThan(20 * HOUR);
  expect(changes[1].at).toBeGreaterThanOrEqual(20 * HOUR);
  expect(changes[0]).toMatchObject({ after: 39 * HOUR, at: 40 * HOUR });
  expect(shapeChanges(db, 39.5 * HOUR).map(({ stream }) => stream)).toEqual(['cellar']);
});

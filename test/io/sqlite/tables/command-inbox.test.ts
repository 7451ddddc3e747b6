import { expect, onTestFinished, test, vi } from 'vitest';
import type { Database } from '../../../../src/io/sqlite/database.ts';
import { waitingCommands } from '../../../../src/io/sqlite/tables/command-inbox.ts';
import type { CommandLog, WaitingCommand } from '../../../../src/io/sqlite/tables/command-log.ts';

test('a command that could not be read because of a lock is read half a second later, though nothing was written since', () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const command: WaitingCommand = { n: 1, at: 0, request: '{}' };
  const busy = Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
  const waiting = vi.fn<() => readonly WaitingCommand[]>().mockReturnValue([]);
  const versions = [1, 2, 2, 2];
  const db = { pragma: () => versions.shift() } as unknown as Database;
  const seen: WaitingCommand[] = [];
  const subscription = waitingCommands(db, { waiting } as unknown as CommandLog).subscribe((each) => seen.push(each));
  waiting.mockImplementationOnce(() => {
    throw busy;
  });
  waiting.mockReturnValue([command]);
  vi.advanceTimersByTime(500); // another process has written; the read fails
  expect(seen).toEqual([]);
  vi.advanceTimersByTime(500);
  expect(seen).toEqual([command]);
  subscription.unsubscribe();
});

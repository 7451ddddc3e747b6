import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT, exitCodeOf } from '../../src/cli/exit-codes.ts';
import type { ErrorCode } from '../../src/errors.ts';

const root = join(import.meta.dirname, '../..');

test.each<[ErrorCode, number]>([
  ['usage', 64],
  ['config_unreadable', 78],
  ['config_invalid', 78],
  ['secret_missing', 78],
  ['broker_unavailable', 69],
  ['nothing_discovered', 66],
  ['stream_file_unreadable', 66],
  ['restore_failed', 1],
  ['recording_unreadable', 66],
  ['database_unusable', 1],
  ['backup_failed', 1],
  ['token_unwritable', 1],
  ['snapshot_damaged', 1],
  ['snapshot_refused', 1],
  ['kernel_missing', 1],
  ['kernel_unusable', 1],
  ['weights_unreadable', 66],
  ['stream_unknown', 66],
])('%s ends with %i', (code, exit) => {
  expect(exitCodeOf(code)).toBe(exit);
});

test('docs/exit-codes.md has a row for each code, and no other', () => {
  const rows = readFileSync(join(root, 'docs/exit-codes.md'), 'utf8').matchAll(/^\| +(\d+) \|/gm);
  expect([...rows].map(([, code]) => Number(code))).toEqual(Object.values(EXIT).toSorted((a, b) => a - b));
});

test('systemd does not try again where the site file is wrong', () => {
  expect(readFileSync(join(root, 'deploy/zankyo.service'), 'utf8')).toContain(
    `\nRestartPreventExitStatus=${EXIT.config}\n`,
  );
});

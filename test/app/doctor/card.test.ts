import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { examineCard } from '../../../src/app/doctor/card.ts';
import { examineJournal } from '../../../src/app/doctor/journald.ts';
import { blockDeviceOf } from '../../../src/io/files/block-device.ts';
import { openDatabase } from '../../../src/io/sqlite/database.ts';
import { WrittenHours } from '../../../src/io/sqlite/tables/written-hours.ts';
import { DAY_MS, HOUR_MS } from '../../../src/math/time.ts';

const directory = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'zankyo-card-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true });
  });
  return path;
};

/** The files of a Raspberry Pi whose system is on a card of 32 GB, as far as they are read; `more`: further files. */
const machine = (more: Readonly<Record<string, string>> = {}, disk = 'mmcblk0', partition = 'mmcblk0p2'): string => {
  const root = directory();
  const device = `sys/devices/platform/emmc2bus/block/${disk}`;
  const files = {
    'proc/self/mountinfo': `25 1 179:2 / / rw,noatime - ext4 /dev/${partition} rw
26 25 0:5 / /dev rw - devtmpfs udev rw
30 25 0:24 / /run rw,nosuid - tmpfs tmpfs rw
`,
    [`${device}/size`]: '62333952\n',
    // Reads, merged, sectors read, ms, writes, merged, sectors written, ...
    [`${device}/stat`]: '  9000  10  700000  1  2000  30  4000000  7 0 8 9\n',
    [`${device}/${partition}/partition`]: '2\n',
    ...more,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  mkdirSync(join(root, 'sys/dev/block'), { recursive: true });
  symlinkSync(join(root, device, partition), join(root, 'sys/dev/block/179:2'));
  return root;
};

const database = (bytesPerHour: number): string => {
  const path = join(directory(), 'zankyo.db');
  const db = openDatabase(path);
  const hours = new WrittenHours(db);
  for (let n = 1; n <= 24; n++) hours.save({ n, ms: HOUR_MS, bytes: bytesPerHour });
  db.close();
  return path;
};

test('the disk of a file: the card under the longest mount', () => {
  expect(blockDeviceOf('/var/lib/zankyo', machine())).toEqual({
    name: 'mmcblk0',
    card: true,
    bytes: 62_333_952 * 512,
    writtenBytes: 4_000_000 * 512,
  });
  expect(blockDeviceOf('/run/zankyo', machine())).toBeNull();
  expect(blockDeviceOf('/var/lib/zankyo', machine({}, 'sda', 'sda2'))).toMatchObject({ name: 'sda', card: false });
  expect(blockDeviceOf('/var/lib/zankyo', directory())).toBeNull();
});

test('a card of 32 GB at 240 MB a day: 32e9 · 1000 / (10 · 240e6 · 365.25) years', () => {
  const found = [...examineCard(database(10e6), machine(), DAY_MS)];
  expect(found.map(({ state, text }) => [state, text])).toEqual([
    [
      'ok',
      'The service writes 240 MB a day (over the last 24 hours in which it ran); mmcblk0, a card of 32 GB, bears that for about 36 years.',
    ],
    [
      'warning',
      'All programs write 2,050 MB a day to mmcblk0 (since the machine started, 24 hours ago); the card bears that for about 4.3 years. Move what writes most to another disk.',
    ],
  ]);
});

test('a service that wears its card out within five years is a warning, on a card and on no other disk', () => {
  const path = database(80e6);
  const on = (root: string) => [...examineCard(path, root, 0)][0];
  expect(on(machine())).toMatchObject({
    state: 'warning',
    text: 'The service writes 1,920 MB a day (over the last 24 hours in which it ran); mmcblk0, a card of 32 GB, bears that for about 4.6 years. storage: gentle in the site file writes less.',
  });
  expect(on(machine({}, 'sda', 'sda2'))).toMatchObject({ state: 'ok' });
});

test('before the first hour there is no figure, and none where the database cannot be read', () => {
  const path = join(directory(), 'zankyo.db');
  openDatabase(path).close();
  expect([...examineCard(path, machine(), 0)].map(({ text }) => text)).toEqual([
    'How much the service writes in a day is known after it has run for an hour.',
  ]);
  expect([...examineCard('/nowhere/zankyo.db', machine(), 0)]).toEqual([]);
});

test('advice for the journal: only where journald keeps it on a card', () => {
  const journal = { 'var/log/journal/x/system.journal': '' };
  const states = (root: string) => [...examineJournal(root)].map(({ data }) => data);
  expect(states(machine(journal))).toEqual([{ device: 'mmcblk0', storage: 'auto' }]);
  expect([...examineJournal(machine(journal))][0].text).toContain('Storage=volatile, RuntimeMaxUse=50M');
  expect(states(machine())).toEqual([]); // no such directory: journald keeps it in memory
  expect(states(machine(journal, 'sda', 'sda2'))).toEqual([]);
  expect(states(directory())).toEqual([]);
});

test('Storage= is that of the last file that gives it', () => {
  const journal = { 'var/log/journal/x/system.journal': '' };
  const advised = (more: Readonly<Record<string, string>>) =>
    [...examineJournal(machine({ ...journal, ...more }))].length;
  const conf = 'etc/systemd/journald.conf';
  expect(advised({ [conf]: '[Journal]\n#Storage=volatile\n' })).toBe(1);
  expect(advised({ [conf]: '[Journal]\nStorage=volatile\n' })).toBe(0);
  // Raspberry Pi OS: a drop-in of the distribution, which the administrator may replace.
  const dropIn = 'systemd/journald.conf.d/40-rpi-volatile-storage.conf';
  expect(advised({ [`usr/lib/${dropIn}`]: '[Journal]\nStorage=volatile\n' })).toBe(0);
  expect(advised({ [`usr/lib/${dropIn}`]: '[Journal]\nStorage=volatile\n', [`etc/${dropIn}`]: '' })).toBe(1);
  expect(advised({ [conf]: 'Storage=volatile\n', [`${conf}.d/z.conf`]: 'Storage=persistent\n' })).toBe(1);
});

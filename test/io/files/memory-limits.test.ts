import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryLimits } from '../../../src/io/files/memory-limits.ts';

const MB = 2 ** 20;
const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** A system that has these files. */
const system = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), 'zankyo-memory-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  return root;
};

describe('the limits of the control group', () => {
  test('version 2: those of the unit', () => {
    const unit = 'sys/fs/cgroup/system.slice/zankyo.service';
    const files = {
      'proc/self/cgroup': '0::/system.slice/zankyo.service',
      [`${unit}/memory.high`]: String(256 * MB),
      [`${unit}/memory.max`]: String(384 * MB),
      'sys/fs/cgroup/system.slice/memory.high': 'max',
      'sys/fs/cgroup/system.slice/memory.max': 'max',
    };
    expect(memoryLimits(system(files))).toEqual({ high: 256 * MB, max: 384 * MB });
    // A slice around it may have less.
    const narrow = { ...files, 'sys/fs/cgroup/system.slice/memory.max': String(300 * MB) };
    expect(memoryLimits(system(narrow))).toEqual({ high: 256 * MB, max: 300 * MB });
  });

  test('version 1, also in a container that sees only its own group', () => {
    const path = '9:name=systemd:/\n4:memory:/docker/0123\n0::/';
    const place = 'sys/fs/cgroup/memory';
    const limit = String(384 * MB);
    const files = { 'proc/self/cgroup': path, [`${place}/docker/0123/memory.limit_in_bytes`]: limit };
    expect(memoryLimits(system(files))).toEqual({ high: null, max: 384 * MB });
    const seen = { 'proc/self/cgroup': path, [`${place}/memory.limit_in_bytes`]: limit };
    expect(memoryLimits(system(seen))).toEqual({ high: null, max: 384 * MB });
  });

  test('none: no limit is set, or there are no control groups', () => {
    const none = { high: null, max: null };
    const unlimited = { 'proc/self/cgroup': '0::/\n4:memory:/', 'sys/fs/cgroup/memory.max': 'max' };
    expect(memoryLimits(system(unlimited))).toEqual(none);
    const pages = { ...unlimited, 'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712' };
    expect(memoryLimits(system(pages))).toEqual(none);
    expect(memoryLimits(system({}))).toEqual(none);
  });
});

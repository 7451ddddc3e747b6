import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Attempts } from '../../../src/io/http/attempts.ts';
import { Sessions } from '../../../src/io/http/sessions.ts';
import { Tokens } from '../../../src/io/http/tokens.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zankyo-tokens-'));
  path = join(folder, 'zankyo.db.tokens');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('a token', () => {
  test('has 256 random bits; the file has its scrypt hash and not itself, and only its owner reads it', async () => {
    const token = await new Tokens(path).create('operator');
    expect(token).toMatch(/^zankyo-operator-[\w-]{8}-[\w-]{43}$/);
    expect(await new Tokens(path).create('operator')).not.toBe(token);
    const text = readFileSync(path, 'utf8');
    expect(text).not.toContain(token.slice(-43));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('is verified in another process, and is no other token, nor one of another role', async () => {
    const [operator, viewer] = [await new Tokens(path).create('operator'), await new Tokens(path).create('viewer')];
    const tokens = new Tokens(path);
    expect([await tokens.verify(operator), await tokens.verify(viewer)]).toEqual(['operator', 'viewer']);
    for (const wrong of ['', 'x', `${operator}x`, operator.slice(0, -1), operator.replace('operator', 'viewer')])
      expect(await tokens.verify(wrong)).toBeNull();
    expect(await tokens.verify(operator.slice(0, -1) + (operator.endsWith('A') ? 'B' : 'A'))).toBeNull();
  });

  test('that is replaced or removed by another process holds no more, even if it was recognised', async () => {
    const service = new Tokens(path);
    const first = await service.create('operator');
    expect(await service.verify(first)).toBe('operator');
    expect(service.recognised(first)).toBe('operator');
    const command = new Tokens(path);
    const second = await command.create('operator');
    expect(service.refresh()).toBe(true);
    expect([service.recognised(first), await service.verify(first)]).toEqual([null, null]);
    expect(await service.verify(second)).toBe('operator');
    expect(command.remove('operator')).toBe(true);
    expect(command.remove('operator')).toBe(false);
    service.refresh();
    expect(await service.verify(second)).toBeNull();
  });

  test('of a file that is damaged is wrong: nobody gets in', async () => {
    const token = await new Tokens(path).create('operator');
    const text = readFileSync(path, 'utf8');
    for (const damaged of [
      '',
      'null',
      '{"tokens": 1}',
      text.slice(0, 50),
      text.replace(/"hash": "\w+"/, '"hash": ""'),
    ]) {
      writeFileSync(path, damaged);
      const tokens = new Tokens(path);
      expect([tokens.has('operator'), await tokens.verify(token)]).toEqual([false, null]);
    }
  });
});

describe('a session', () => {
  test('lasts 30 days, and 7 without use', () => {
    let at = 0;
    const day = 86_400_000;
    const sessions = new Sessions(() => at);
    const [used, unused] = [sessions.begin('operator'), sessions.begin('viewer')];
    for (at = 0; at <= 30 * day; at += 6 * day) expect(sessions.roleOf(used)).toBe('operator');
    expect([sessions.roleOf(used), sessions.roleOf(unused), sessions.roleOf('x')]).toEqual([null, null, null]);
    expect(sessions.size).toBe(0);
  });

  test('is one of 64: a further one ends the one that was used least recently', () => {
    const sessions = new Sessions();
    const all = Array.from({ length: 64 }, () => sessions.begin('viewer'));
    expect(sessions.roleOf(all[0])).toBe('viewer');
    sessions.begin('viewer');
    expect([sessions.size, sessions.roleOf(all[0]), sessions.roleOf(all[1])]).toEqual([64, 'viewer', null]);
  });

  test('ends with the log-out', () => {
    const sessions = new Sessions();
    const secret = sessions.begin('operator');
    sessions.end(secret);
    expect(sessions.roleOf(secret)).toBeNull();
  });
});

describe('wrong tokens', () => {
  test('10 of one address are looked at, then one in 10 s; another address is not held up', () => {
    let at = 0;
    const attempts = new Attempts(() => at);
    const admitted = (address: string, n: number): number =>
      Array.from({ length: n }, () => attempts.admits(address)).filter(Boolean).length;
    expect([admitted('a', 50), admitted('b', 1)]).toEqual([10, 1]);
    at = 30_000;
    expect(admitted('a', 50)).toBe(3);
  });

  test('of ever new addresses are looked at 60 times, then once a second', () => {
    let at = 0;
    const attempts = new Attempts(() => at);
    const flood = (): number =>
      Array.from({ length: 5_000 }, (_, i) => attempts.admits(`address ${at} ${i}`)).filter(Boolean).length;
    expect(flood()).toBe(60);
    at = 5_000;
    expect(flood()).toBe(5);
  });

  test('a right token takes no place', () => {
    const attempts = new Attempts(() => 0);
    for (let i = 0; i < 100; i++) {
      expect(attempts.admits('a')).toBe(true);
      attempts.right('a');
    }
  });
});

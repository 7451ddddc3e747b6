import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { expect, test } from 'vitest';

/** From the ground up; io and config stand side by side and do not know each other. */
const FLOORS = [['kernel'], ['math'], ['nn'], ['detect'], ['stream'], ['io', 'config'], ['app'], ['cli']];
const source = resolve(import.meta.dirname, '../src');

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const imports = (file: string): string[] =>
  [...readFileSync(join(source, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1]);
const room = (file: string): string => file.split(sep)[0];
const floor = (folder: string): number => FLOORS.findIndex((rooms) => rooms.includes(folder));

test('every source file stands on a floor, or is the ground all floors share', () => {
  expect(files.filter((file) => floor(room(file)) < 0)).toEqual(['errors.ts']);
});

test('imports point down only', () => {
  const upward = files.flatMap((file) =>
    imports(file)
      .filter((target) => target.startsWith('.'))
      .map((target) => relative(source, resolve(source, dirname(file), target)))
      .filter((target) => target !== 'errors.ts' && room(target) !== room(file))
      .filter((target) => floor(room(target)) >= floor(room(file)))
      .map((target) => `${file} imports ${target}`),
  );
  expect(upward).toEqual([]);
});

test('arithmetic knows no outside: math, nn and detect import nothing but each other', () => {
  const outside = files
    .filter((file) => floor(room(file)) <= floor('detect') && floor(room(file)) >= 0)
    .flatMap((file) => imports(file).map((target) => [file, target] as const))
    .filter(([, target]) => !target.startsWith('.'));
  expect(outside).toEqual([]);
});

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { expect, test } from 'vitest';

/** From the ground up; io and config stand side by side and do not know each other. */
const FLOORS = [['kernel'], ['math'], ['nn'], ['detect'], ['stream'], ['io', 'config'], ['app'], ['cli']];
/** What every floor may import: errors with a code, and the type of a log line. */
const GROUND = ['errors.ts', 'log.ts'];
/** Inside detect, from the ground up. Rooms of one line do not import each other. */
const DETECT = [
  ['constants.ts', 'reading.ts', 'sample.ts'],
  ['aligner.ts', 'forecast'],
  ['evidence', 'recurrence'],
  ['series-model.ts'],
  ['held-series.ts'],
  ['detector.ts'],
  ['sensor'],
  ['episode'],
  ['monitor'],
  ['stream-monitor.ts'],
];

const source = resolve(import.meta.dirname, '../src');
const all = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
/** The pages run in a browser and stand on no floor. */
const isWeb = (file: string): boolean => file.split(sep)[0] === 'web';
const files = all.filter((file) => !isWeb(file));
const imports = (file: string): string[] =>
  [...readFileSync(join(source, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1]);
/** The files of src that a file of src imports. */
const importedBy = (file: string): string[] =>
  imports(file)
    .filter((target) => target.startsWith('.'))
    .map((target) => relative(source, resolve(source, dirname(file), target)).replace(/(\.ts)?$/, '.ts'))
    .filter((target) => !GROUND.includes(target));
const room = (file: string): string => file.split(sep)[0];
const floor = (folder: string): number => FLOORS.findIndex((rooms) => rooms.includes(folder));

/** Imports between the rooms of a folder, as pairs of rooms and the files that make them. */
const between = (folder: string) => {
  const inside = (file: string): boolean => room(file) === folder;
  const roomOf = (file: string): string => room(relative(folder, file));
  return files
    .filter(inside)
    .flatMap((file) => importedBy(file).map((target) => ({ file, target })))
    .filter(({ file, target }) => inside(target) && roomOf(target) !== roomOf(file))
    .map(({ file, target }) => ({ file, target, from: roomOf(file), to: roomOf(target) }));
};

test('every source file stands on a floor, or is the ground all floors share', () => {
  expect(files.filter((file) => floor(room(file)) < 0).toSorted()).toEqual(GROUND);
});

test('imports point down only', () => {
  const upward = files.flatMap((file) =>
    importedBy(file)
      .filter((target) => room(target) !== room(file))
      .filter((target) => floor(room(target)) >= floor(room(file)))
      .map((target) => `${file} imports ${target}`),
  );
  expect(upward).toEqual([]);
});

test('inside detect too: each of its rooms is listed, and imports point down only', () => {
  const rooms = new Set(files.filter((file) => room(file) === 'detect').map((file) => room(relative('detect', file))));
  expect([...rooms].toSorted()).toEqual(DETECT.flat().toSorted());
  const floorOf = (name: string): number => DETECT.findIndex((row) => row.includes(name));
  const upward = between('detect').filter(({ from, to }) => floorOf(to) >= floorOf(from));
  expect(upward.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
});

test('inside io the ledger writes through sqlite, and no other room imports another', () => {
  expect([...new Set(between('io').map(({ from, to }) => `${from} imports ${to}`))]).toEqual(['ledger imports sqlite']);
});

test('a worker thread loads no package and no format: each thread would compile and hold them anew', () => {
  const loads = (file: string): string[] =>
    [...readFileSync(join(source, file), 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)'/gm)].map(
      ([, target]) => (target.startsWith('.') ? relative(source, resolve(source, dirname(file), target)) : target),
    );
  const loaded = new Set([join('app', 'workers', 'thread.ts')]);
  for (const file of loaded)
    if (file.endsWith('.ts'))
      for (const target of loads(file).filter((name) => !name.startsWith('node:'))) loaded.add(target);
  expect(loaded).toContain(join('detect', 'detector.ts'));
  expect([...loaded].filter((file) => !file.endsWith('.ts') || file.includes('dialects'))).toEqual([]);
});

test('no file imports itself by way of others', () => {
  const done = new Set<string>();
  const path: string[] = [];
  const circleFrom = (file: string): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    done.add(file);
    path.push(file);
    for (const target of importedBy(file)) {
      const circle = circleFrom(target);
      if (circle.length > 0) return circle;
    }
    path.pop();
    return [];
  };
  for (const file of files) expect(circleFrom(file)).toEqual([]);
});

test('the pages import only the contract of the service, and only types of it', () => {
  const web = all.filter(isWeb);
  expect(web.length).toBeGreaterThan(5);
  const outside = web.flatMap((file) =>
    importedBy(file)
      .filter((target) => !isWeb(target) && !target.startsWith('app/dashboard/contract'))
      .map((target) => `${file} imports ${target}`),
  );
  expect(outside).toEqual([]);
  const values = web.filter((file) =>
    /^import (?!type )[^;]*'[^']*dashboard\/contract/m.test(readFileSync(join(source, file), 'utf8')),
  );
  expect(values).toEqual([]);
  const packages = new Set(web.flatMap(imports).filter((target) => !target.startsWith('.')));
  expect([...packages].toSorted()).toEqual(['htm', 'preact', 'preact/hooks', 'uplot']);
  const served = files.filter((file) => importedBy(file).some(isWeb));
  expect(served).toEqual([]);
});

test('math, nn and detect import only each other', () => {
  const outside = files
    .filter((file) => floor(room(file)) <= floor('detect') && floor(room(file)) >= 0)
    .flatMap((file) => imports(file).map((target) => [file, target] as const))
    .filter(([, target]) => !target.startsWith('.'));
  expect(outside).toEqual([]);
});

// How much of a figure comes from constants that were set on the same data? node bench/leave-one-out.mjs TABLE.tsv
//
// TABLE.tsv has a header and three columns: variant, set, figure. A variant is one choice of constants (--constant of accuracy.mjs);
// the one named `default` is shipped. A figure is better the higher it is, and above 0; those of one set have one unit.
//
// For each set the variant is chosen that is best on all other sets: by the mean of figure / figure of the default over them. The
// table shows what it gives on this set, which had no part in the choice, beside the default and the best variant on this set.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { printTable } from './contest.mjs';

export const DEFAULT = 'default';

/** Figures by variant and set, from the text of a table. Throws where one is missing or not above 0. */
export function figuresOf(text) {
  const [, ...rows] = text.trim().split(/\r?\n/);
  const figures = new Map();
  for (const row of rows) {
    const [variant, set, figure] = row.split('\t');
    if (!(Number(figure) > 0)) throw new RangeError(`${row}: the figure must be above 0`);
    if (!figures.has(variant)) figures.set(variant, new Map());
    figures.get(variant).set(set, Number(figure));
  }
  const sets = figures.get(DEFAULT);
  if (sets === undefined) throw new RangeError(`no variant is named ${DEFAULT}`);
  for (const [variant, own] of figures)
    for (const set of sets.keys()) if (!own.has(set)) throw new RangeError(`${variant}: no figure for the set ${set}`);
  return figures;
}

/** The variant with the highest value; of equal ones the first. */
function best(variants, valueOf) {
  let found = variants[0];
  for (const variant of variants) if (valueOf(variant) > valueOf(found)) found = variant;
  return found;
}

/** For each set its default, the variant chosen without it, and the best one on it, each with its figure on this set. */
export function leaveOneOut(figures) {
  const shipped = figures.get(DEFAULT);
  const sets = [...shipped.keys()];
  const variants = [DEFAULT, ...[...figures.keys()].filter((variant) => variant !== DEFAULT)];
  const figure = (variant, set) => figures.get(variant).get(set);
  return sets.map((set) => {
    const others = sets.filter((other) => other !== set);
    const elsewhere = (variant) =>
      others.reduce((sum, other) => sum + figure(variant, other) / shipped.get(other), 0) / others.length;
    const chosen = best(variants, elsewhere);
    const highest = best(variants, (variant) => figure(variant, set));
    return {
      set,
      shipped: shipped.get(set),
      chosen,
      figure: figure(chosen, set),
      highest,
      most: figure(highest, set),
    };
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [path] = process.argv.slice(2);
  if (path === undefined) {
    console.error('usage: node bench/leave-one-out.mjs TABLE.tsv');
    process.exit(64);
  }
  const rows = leaveOneOut(figuresOf(readFileSync(path, 'utf8')));
  const figure = (x) => x.toPrecision(4);
  printTable(
    ['set', 'default', 'chosen without this set', 'figure of it on this set', 'best possible on this set'],
    rows.map((row) => [
      row.set,
      figure(row.shipped),
      row.chosen,
      figure(row.figure),
      `${figure(row.most)} (${row.highest})`,
    ]),
  );
}

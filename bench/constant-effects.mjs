// Constants set on all sets of data but one. node bench/constant-effects.mjs TABLE.tsv [FACTOR]
//
// TABLE.tsv is that of leave-one-out.mjs, with the figures of `default` and of the 44 variants of vary-constants.mjs with the same FACTOR,
// named 1 to 44 in its order.
//
// The effect of a constant on a set is half of the mean figure where the constant is high minus that where it is low, as a share of the
// default. For each set the effects on all other sets are averaged, and each constant takes one step in its better direction if its
// mean effect is more than chance explains: by Lenth's margin of error (R. Lenth, "Quick and easy analysis of unreplicated
// factorials", Technometrics 31, 1989). Prints the options of accuracy.mjs that measure this choice on the set left out.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { median } from './contest.mjs';
import { DEFAULT, figuresOf } from './leave-one-out.mjs';
import { changed, signs } from './vary-constants.mjs';

/** The 97.5 % quantile of Student's t with 40 / 3 degrees of freedom, as Lenth's margin has it for 40 effects. */
const QUANTILE = 2.155;

/** The effect of each of `count` constants on a set, as a share of the default. Throws where a variant is missing. */
export function effectsOn(figures, set, count) {
  const shipped = figures.get(DEFAULT).get(set);
  const rows = signs();
  const effects = Array(count).fill(0);
  for (const [i, row] of rows.entries()) {
    const own = figures.get(String(i + 1));
    if (own === undefined) throw new RangeError(`no figures for variant ${i + 1}`);
    for (let c = 0; c < count; c++) effects[c] += (row[c] * own.get(set)) / shipped / rows.length;
  }
  return effects;
}

/** How large an effect may be by chance: most effects are taken to be none, so their median size tells the noise (Lenth 1989, (1) to (3)). */
export function marginOf(effects) {
  const sizes = effects.map(Math.abs);
  const first = 1.5 * median(sizes);
  return QUANTILE * 1.5 * median(sizes.filter((size) => size < 2.5 * first));
}

/** For each set the constants that the other sets would move, with 1 for up and -1 for down. */
export function chosenWithout(figures, names) {
  const sets = [...figures.get(DEFAULT).keys()];
  const effects = new Map(sets.map((set) => [set, effectsOn(figures, set, names.length)]));
  return sets.map((set) => {
    const others = sets.filter((other) => other !== set);
    const mean = names.map((_, c) => others.reduce((sum, other) => sum + effects.get(other)[c], 0) / others.length);
    const margin = marginOf(mean);
    const moved = names.flatMap((name, c) => (Math.abs(mean[c]) > margin ? [{ name, sign: Math.sign(mean[c]) }] : []));
    return { set, moved };
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [path, factor = '1.25'] = process.argv.slice(2);
  if (path === undefined || !(Number(factor) > 1)) {
    console.error('usage: node bench/constant-effects.mjs TABLE.tsv [FACTOR], which is above 1');
    process.exit(64);
  }
  const { CONSTANTS } = await import('../dist/detect/constants.js');
  const optionOf = ({ name, sign }) => `--constant ${changed(CONSTANTS, name, Number(factor), sign)}`;
  for (const { set, moved } of chosenWithout(figuresOf(readFileSync(path, 'utf8')), Object.keys(CONSTANTS)))
    console.log(`${set}: ${moved.map(optionOf).join(' ') || 'the default'}`);
}

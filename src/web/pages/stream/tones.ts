import { colour } from '../../parts/chart.ts';

const known = new Map<string, string>();

/** A colour of the stylesheet, asked for once for each theme: the browser computes the style of the page anew for each question. */
export const tone = (name: string): string => {
  let found = known.get(name);
  if (found === undefined) known.set(name, (found = colour(name)));
  return found;
};

/** The theme has changed. */
export const forgetTones = (): void => {
  known.clear();
};

import { valueAt, type Path, type Problem } from '../problems.ts';

const PAIRS = [
  ['cert', 'key'],
  ['key', 'cert'],
] as const;

/** A client certificate without its key, or a key without its certificate, in `tls` of a section. */
export const certificateProblems = (data: unknown, section: Path): Problem[] => {
  const given = (name: string): boolean => valueAt(data, [...section, 'tls', name]) !== undefined;
  return PAIRS.filter(([one, other]) => given(one) && !given(other)).map(([one, other]) => ({
    path: [...section, 'tls', one],
    on: 'key',
    text: `expected ${other} as well; both are required`,
  }));
};

/** The number, or null where there is none to tell: JSON has no NaN. */
export const known = (x: number | null): number | null => (Number.isFinite(x) ? x : null);

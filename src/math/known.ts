/** The number, or null instead of NaN, which JSON does not have. */
export const known = (x: number | null): number | null => (Number.isFinite(x) ? x : null);

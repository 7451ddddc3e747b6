const UNITS = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;

/** Units from large to small, each at most once: "30s", "1h30m". Six digits keep every sum a safe integer. */
export const DURATION = /^(?=\d)(?:\d{1,6}w)?(?:\d{1,6}d)?(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,6}s)?$/;

/** Milliseconds of a text that matches `DURATION`; a `RangeError` otherwise. */
export function parseDuration(text: string): number {
  if (!DURATION.test(text)) throw new RangeError(`not a duration: ${text}`);
  let ms = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([wdhms])/g))
    ms += Number(count) * UNITS[unit as keyof typeof UNITS];
  return ms;
}

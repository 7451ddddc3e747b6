/** The part of the time that the charts show, epoch ms. */
export interface View {
  readonly from: number;
  readonly until: number;
}

export const MIN_SPAN = 2 * 60_000;
export const MAX_SPAN = 430 * 86_400_000;
/** A part of the view stays empty behind the present, so that the newest reading does not stick to the edge. */
const AHEAD = 0.02;

export const spanOf = ({ from, until }: View): number => until - from;

/** The last `past` ms up to now, and a little room behind. */
export const lastOf = (past: number, now: number): View => {
  const length = Math.min(MAX_SPAN, Math.max(MIN_SPAN, past));
  return { from: now - length, until: now + AHEAD * length };
};

/** As long as before, with the present at its end. */
export const following = (view: View, now: number): View => lastOf(spanOf(view) / (1 + AHEAD), now);

/** Within the time that there is: not behind the present, and not wholly before the oldest reading. */
export const within = ({ from, until }: View, oldest: number, now: number): View => {
  const span = Math.min(MAX_SPAN, Math.max(MIN_SPAN, until - from));
  const latest = following({ from, until: from + span }, now).from;
  const earliest = Math.min(latest, oldest - span / 2);
  const begin = Math.min(latest, Math.max(earliest, from));
  return { from: begin, until: begin + span };
};

/** Longer by `factor`, with the time `at` at the same place. */
export const zoom = ({ from, until }: View, factor: number, at: number): View => {
  const span = Math.min(MAX_SPAN, Math.max(MIN_SPAN, (until - from) * factor));
  const begin = at - ((at - from) / (until - from)) * span;
  return { from: begin, until: begin + span };
};

/** Moved by a share of itself. */
export const pan = ({ from, until }: View, share: number): View => {
  const by = share * (until - from);
  return { from: from + by, until: until + by };
};

/** Whether the view shows the present, so that it moves on with it. */
export const isLive = ({ until }: View, now: number): boolean => until >= now;

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { HistoryBody } from '../../../app/dashboard/contract/stream.ts';
import { get, historyPath } from '../../api.ts';
import { clock, day, number } from '../../parts/format.ts';
import { html } from '../../parts/html.ts';
import { LONG_MS, Strip } from './strip.ts';

const MINUTE = 60_000;
/** Points of the curve: one for each pixel or two. */
const POINTS = 400;
/** The curve is read anew when it has become longer by this share. */
const GROWTH = 1 / 50;

interface Curve {
  readonly series: string;
  readonly at: readonly number[];
  readonly network: readonly (number | null)[];
  readonly baseline: readonly (number | null)[];
  readonly until: number;
}

/** Both mean losses over all the history that is kept: the curve of learning. Nothing where no history is kept. */
export function LearningCurve({ series, now }: { readonly series: string; readonly now: number }): VNode | null {
  const [curve, setCurve] = useState<Curve | null>(null);
  const known = curve?.series === series ? curve : null;
  const due = known === null || now - known.until > Math.max(MINUTE, GROWTH * (known.until - (known.at[0] ?? now)));
  useEffect(() => {
    if (!due) return undefined;
    let wanted = true;
    read(series, now)
      .then((found) => {
        if (wanted && found !== null) setCurve(found);
      })
      .catch(() => undefined); // the other figures do not need it
    return () => {
      wanted = false;
    };
  }, [series, due]);
  if (known === null || known.at.length < 3) return null;
  const { at, network, baseline } = known;
  const words = innerWidth < 600 ? 3 : 6;
  const [first, last] = [at[0], at[at.length - 1]];
  const splits = Array.from({ length: words }, (_, k) => first + ((k + 0.5) / words) * (last - first));
  const long = last - first > LONG_MS;
  return html`<div class="gate">
    <h3>
      Mean loss since ${day(first)}, nats
      <span class="keys">
        <span class="key key-network">network</span>
        <span class="key key-baseline">baseline</span>
      </span>
    </h3>
    <${Strip}
      height=${140}
      label=${`Mean loss of network and baseline since ${day(first)}: ${ends(network)} and ${ends(baseline)} nats. The network has learned where its line is below.`}
      x=${at}
      range=${[first, last]}
      xSplits=${splits}
      xLabels=${(moment: number) => (long ? day(moment) : clock(moment))}
      lines=${[
        { colour: 'edge', width: 1.5, dash: [5, 4], values: baseline },
        { colour: 'accent', width: 2, values: network },
      ]}
    />
  </div>`;
}

/** From the first to the last. */
const ends = (values: readonly (number | null)[]): string => {
  const all = values.filter((value) => value !== null);
  return `${number(all[0] ?? null)} to ${number(all.at(-1) ?? null)}`;
};

/** Null where there is no network or no history. */
async function read(series: string, now: number): Promise<Curve | null> {
  const { oldest } = await get<HistoryBody>(historyPath(series, now - MINUTE, now, 2));
  if (oldest === null || oldest >= now) return null;
  const { at, columns } = await get<HistoryBody>(historyPath(series, oldest, now, POINTS));
  if (columns.networkLoss.every((loss) => loss === null)) return null;
  return { series, at, network: columns.networkLoss, baseline: columns.baselineLoss, until: now };
}

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { LearningBody, LearningChoice } from '../../../app/dashboard/contract/learning.ts';
import { useJson } from '../../api.ts';
import { linkTo } from '../../page.ts';
import { Fact } from '../../parts/fact.ts';
import { clock, clockWithSeconds, day, number, quantity, time } from '../../parts/format.ts';
import { html } from '../../parts/html.ts';
import { mean, orderBy, unitsOf } from './decode.ts';
import { LearningCurve } from './curve.ts';
import { Gates } from './gates.ts';
import { HeatMap, Scale } from './heat-map.ts';
import { Parameters } from './parameters.ts';
import { ReachFigure } from './reach.ts';
import { finding, networkSentence, unitsSentence } from './sentences.ts';
import { LONG_MS, Strip, type Frame } from './strip.ts';

/** Readings on each axis of time. */
export const READINGS = 100;
export const RANGE = [0.5 - READINGS, 0.5] as const;

export interface FiguresProps {
  readonly body: LearningBody;
  readonly now: number;
  readonly paused: boolean;
  readonly onPause: () => void;
}

/** One stream: the chapters of a textbook, in their order. */
export function Figures({ body, now, paused, onPause }: FiguresProps): VNode {
  const { network, times } = body;
  const [chosen, setChosen] = useState(0);
  const [hovered, setHovered] = useState<number | null>(null);
  const kept = times.length;
  const series = body.series[Math.min(chosen, body.series.length - 1)];
  const found = finding(body, series);
  const spread = (times[kept - 1] ?? 0) - (times.find((at) => at !== null) ?? 0);
  const frame: Frame = {
    x: times.map((_, t) => t - (kept - 1)),
    range: RANGE,
    sync: 'learning',
    xLabels: (x) => labelOf(times[x + kept - 1] ?? null, x, spread > LONG_MS),
  };
  const hidden = network === null ? [] : unitsOf(network.activations[0], network.units);
  const keeping = network?.activations.find(({ keeps }) => keeps) ?? null;
  const keep = network === null || keeping === null ? null : unitsOf(keeping, network.units).map(mean);
  const order = useOrder(body.stream, keep, hidden.length, kept);
  const compared = network !== null && series.networkMean !== null;
  const at = hovered === null || hovered >= kept ? kept - 1 : hovered;
  return html`<div class="learning">
    <header class="learning-head">
      <h1>Learning <span class="quiet">·</span> <a href=${linkTo('stream', body.stream)}>${titleOf(body)}</a></h1>
      <${Chooser} stream=${body.stream} />
      <button class="button" aria-pressed=${paused} onClick=${onPause}>
        ${paused ? 'Paused: go on' : 'Pause'}
      </button>
    </header>
    ${network === null ? null : html`<p class="quiet small">${networkSentence(network)}</p>`}
    ${
      body.recorded
        ? null
        : html`<p class="strip warn">
            Four streams are watched already, so no new readings of this one are recorded. Close one of the other pages.
          </p>`
    }

    <section class="card" aria-labelledby="better">
      <h2 id="better"><span class="chapter">1</span>Is it better than the baseline?</h2>
      ${
        body.series.length === 1
          ? null
          : html`<div class="choose" role="group" aria-label="Series">
              ${body.series.map(
                ({ slug, label }, d) =>
                  html`<button
                    key=${slug}
                    class="button"
                    aria-pressed=${d === chosen}
                    onClick=${() => {
                      setChosen(d);
                    }}
                  >
                    ${label}
                  </button>`,
              )}
            </div>`
      }
      <div class="verdict verdict-${found.tone}">
        <p class="verdict-title"><${Tone} tone=${found.tone} />${found.title}</p>
        <p>${found.text}</p>
      </div>
      <dl class="learning-facts">
        <${Fact} name="Network">${nats(series.networkMean)}</${Fact}>
        <${Fact} name="Baseline">${nats(compared ? series.baselineMean : meanOf(series.baselineLosses))}</${Fact}>
        <${Fact} name="Margin">${nats(series.margin)}</${Fact}>
        <${Fact} name="Readings">${body.samples.toLocaleString('en')}</${Fact}>
        <${Fact} name="Warm-up">${body.warmup >= 1 ? 'over' : `${Math.floor(100 * body.warmup)} %`}</${Fact}>
      </dl>
      ${network === null ? null : html`<${LearningCurve} key=${series.slug} series=${series.slug} now=${now} />`}
      <h3>Value <span class="quiet">${series.unit}</span></h3>
      <${Strip}
        ...${frame}
        xLabels=${undefined}
        height=${92}
        label=${`${series.label}: the last ${kept} readings, the newest ${quantity(series.values[kept - 1] ?? null, series.unit)}`}
        lines=${[{ colour: 'value', values: series.values }]}
        onHover=${setHovered}
        remake=${[series.slug]}
      />
      <h3>
        Loss of each forecast, nats
        <span class="keys">
          ${network === null ? null : html`<span class="key key-network">network</span>`}
          <span class="key key-baseline">baseline</span>
        </span>
      </h3>
      <${Strip}
        ...${frame}
        height=${132}
        label=${lossLabel(series.networkMean, series.baselineMean)}
        lines=${[
          { colour: 'edge', width: 1.5, dash: [5, 4], values: series.baselineLosses },
          {
            colour: 'accent',
            width: 2,
            values: network === null ? series.networkLosses.map(() => null) : series.networkLosses,
          },
        ]}
        yRange=${(_: number, high: number) => [0, Number.isFinite(high) ? Math.max(1, 1.1 * high) : 1]}
        remake=${[series.slug]}
      />
      <p class="readout small quiet">${readout(body, chosen, at, now)}</p>
      <p class="caption">
        The loss of a reading is −ln of the probability that the forecast gave it: 0 for certainty, and 0.69 more for
        each halving. The margin is the mean over 2,000 readings of the baseline's loss minus the network's.
      </p>
    </section>

    ${
      network === null
        ? null
        : html`<section class="card" aria-labelledby="state">
              <h2 id="state"><span class="chapter">2</span>What the hidden state does</h2>
              <p>
                The network's memory of the past is h<sub>t</sub>: one row for each unit, one column for each reading,
                the newest on the right. ${kept > 1 ? unitsSentence(hidden) : ''}
              </p>
              <h3>Hidden state h <${Scale} from="−1" to="1" signed /></h3>
              <${HeatMap}
                ...${frame}
                units=${hidden}
                order=${order}
                span="signed"
                scale=${1}
                ends=${keep === null ? ['unit 1', `unit ${network.units}`] : ['fast', 'slow']}
                height=${Math.max(150, Math.min(320, 12 * network.units + 32))}
                label=${`Hidden state of ${network.units} units over the last ${kept} readings. ${kept > 1 ? unitsSentence(hidden) : ''}`}
              />
              <p class="caption">
                ${keep === null ? '' : 'Units that forget fast are at the top, units that keep their state are at the bottom. '}
                A unit that is always at one end is saturated and learns no more. J. L. Elman, “Finding structure in
                time”, 1990.
              </p>
            </section>
            <${Gates} network=${network} frame=${frame} order=${order} intervalMs=${body.intervalMs} />
            <${ReachFigure} network=${network} intervalMs=${body.intervalMs} />
            <${Parameters} network=${network} frame=${frame} />`
    }
  </div>`;
}

/** Units from fast to slow. The order is found once there are enough readings, and then stays, so that a row stays the same unit. */
const useOrder = (stream: string, keep: readonly number[] | null, units: number, kept: number): readonly number[] => {
  const [found, setFound] = useState<{ of: string; order: readonly number[]; at: number } | null>(null);
  const known = found?.of === stream && found.order.length === units ? found : null;
  const due = kept > 0 && (known === null || (known.at < READINGS / 2 && kept >= READINGS / 2));
  useEffect(() => {
    if (due && keep !== null) setFound({ of: stream, order: orderBy(keep), at: kept });
  }, [due]);
  return known?.order ?? Array.from({ length: units }, (_, unit) => unit);
};

const titleOf = ({ stream, series }: LearningBody): string => (series.length === 1 ? series[0].label : stream);

const nats = (value: number | null): string => (value === null ? '–' : `${number(Number(value.toFixed(3)))} nats`);

const meanOf = (losses: readonly (number | null)[]): number | null => {
  const known = losses.filter((loss) => loss !== null);
  return known.length === 0 ? null : mean(known);
};

const lossLabel = (network: number | null, baseline: number | null): string =>
  network === null
    ? 'Loss of the baseline for each reading'
    : `Loss of network and baseline for each reading; their means are ${number(network)} and ${number(baseline)} nats`;

/** The time of a reading, or how many readings ago it was. */
const labelOf = (at: number | null, x: number, days: boolean): string =>
  at === null ? (x <= 0 && Number.isInteger(x) ? String(x).replace('-', '−') : '') : days ? day(at) : clock(at);

/** One reading in words. */
const readout = ({ series, times, network }: LearningBody, chosen: number, t: number, now: number): string => {
  const { values, unit, networkLosses, baselineLosses } = series[Math.min(chosen, series.length - 1)];
  const at = times[t] ?? null;
  if (at === null) return 'This reading came before the page was opened: only its hidden state is kept.';
  const losses = [
    network === null ? null : `network ${nats(networkLosses[t])}`,
    `baseline ${nats(baselineLosses[t])}`,
  ].filter((part) => part !== null);
  const near = time(at, now);
  const seconds = clockWithSeconds(at);
  return `${near.slice(0, -5)}${seconds}: ${quantity(values[t], unit)} · loss: ${losses.join(', ')}`;
};

/** The shape says the same as the colour. */
const Tone = ({ tone }: { readonly tone: 'good' | 'even' | 'bad' }): VNode =>
  html`<svg class="mark" viewBox="0 0 12 12" aria-hidden="true">
    <path
      d=${{ good: 'M1 6.5 3 4.6l2 2L9.6 1.6l1.6 1.8L5 10.2Z', even: 'M1 3h10v2H1Zm0 4h10v2H1Z', bad: 'M6 11 .8 2h10.4Z' }[tone]}
    />
  </svg>`;

/** Another stream. */
function Chooser({ stream }: { readonly stream: string }): VNode {
  const { data } = useJson<readonly LearningChoice[]>('learning');
  return html`<label class="chooser">
    <span class="quiet small">Stream</span>
    <select
      value=${stream}
      onChange=${(event: Event) => {
        location.hash = linkTo('learning', (event.target as HTMLSelectElement).value);
      }}
    >
      ${(data ?? [{ stream }]).map((choice) => html`<option key=${choice.stream} value=${choice.stream}>${choice.stream}</option>`)}
    </select>
  </label>`;
}

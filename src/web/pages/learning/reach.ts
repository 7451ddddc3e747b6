import type { VNode } from 'preact';
import type uPlot from 'uplot';
import type { LearningNetwork } from '../../../app/dashboard/contract/learning.ts';
import { colour } from '../../parts/chart.ts';
import { html } from '../../parts/html.ts';
import { Notice } from '../../parts/notice.ts';
import { reachSentence } from './sentences.ts';
import { rule, Strip } from './strip.ts';

/** Below this share a gradient trains nothing. */
const NEGLIGIBLE = 0.01;
/** The axis goes down to here at most. */
const FLOOR = 1e-6;

/** How far back the error of one forecast reaches. */
export function ReachFigure({
  network,
  intervalMs,
}: {
  readonly network: LearningNetwork;
  readonly intervalMs: number | null;
}): VNode {
  const { reach, horizon } = network;
  const head = html`<h2 id="reach"><span class="chapter">4</span>How far back the error reaches</h2>`;
  if (reach === null)
    return html`<section class="card" aria-labelledby="reach">
      ${head}<${Notice} kind="empty" title="No error yet">The gradient is shown from the second reading on.</${Notice}>
    </section>`;
  const first = reach.gradient[0];
  const relative = reach.gradient.map((size) => positive(first > 0 ? size / first : 0));
  const gain = reach.gain.map(positive);
  const last = reach.gradient.length - 1;
  const all = [...relative, ...gain].filter((size) => size !== null);
  const low = Math.max(FLOOR, Math.min(NEGLIGIBLE / 10, ...all));
  const high = Math.max(2, ...all);
  const draw = (plot: uPlot): void => {
    if (horizon === null || horizon >= last) return;
    const { ctx, bbox } = plot;
    const from = plot.valToPos(horizon, 'x', true);
    ctx.save();
    ctx.fillStyle = colour('raised');
    ctx.fillRect(from, bbox.top, bbox.left + bbox.width - from, bbox.height);
    ctx.restore();
  };
  const over = (plot: uPlot): void => {
    rule(plot, 'y', NEGLIGIBLE, '1 %', 'quiet');
    if (high > 2) rule(plot, 'y', 1, '100 %', 'quiet');
    if (horizon !== null) rule(plot, 'x', horizon, `horizon ${horizon}`, 'alarm');
  };
  const sentence = reachSentence(reach, network, intervalMs);
  return html`<section class="card" aria-labelledby="reach">
    ${head}
    <p class="sentence" data-testid="reach">${sentence}</p>
    <h3>
      Size of the error by lag <span class="quiet">readings back</span>
      <span class="keys">
        <span class="key key-network">|∂L<sub>t</sub>/∂s<sub>t−k</sub>| of the newest loss</span>
        <span class="key key-gain">|∂h<sub>t</sub>/∂s<sub>t−k</sub>| of any error</span>
      </span>
    </h3>
    <${Strip}
      height=${240}
      label=${`Size of the error by lag from 0 to ${last} readings, on a logarithmic scale. ${sentence}`}
      x=${reach.gradient.map((_, k) => k)}
      range=${[0, Math.max(10, last)]}
      xLabels=${(k: number) => (Number.isInteger(k) ? String(k) : '')}
      lines=${[
        { colour: 'drift', width: 1.5, dash: [6, 4], values: gain },
        { colour: 'accent', width: 2.25, values: relative },
      ]}
      log
      yRange=${() => [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high))]}
      yLabels=${(splits: readonly (number | null)[]) => splits.map(share)}
      draw=${draw}
      over=${over}
      remake=${[horizon]}
    />
    <p class="caption">
      Backwards through time the error is multiplied by one Jacobian a reading, ∂L<sub>t</sub>/∂s<sub>t−k</sub> = J<sup
        >T</sup
      ><sub>t−k+1</sub> … J<sup>T</sup><sub>t</sub> ∂L<sub>t</sub>/∂s<sub>t</sub>. A straight line down is a vanishing
      gradient, a line up an exploding one; a gated cell makes the line flat. S. Hochreiter 1991; Y. Bengio, P. Simard &
      P. Frasconi 1994; R. Pascanu, T. Mikolov & Y. Bengio 2013, equation 5.
    </p>
  </section>`;
}

/** The logarithm of 0 has no place. */
const positive = (size: number): number | null => (size > FLOOR / 10 ? size : null);

/** 0.01 as 1 %. */
const share = (size: number | null): string => {
  if (size === null) return '';
  if (size >= 10) return `×${size >= 1e4 ? size.toExponential(0).replace('+', '') : size}`;
  return `${Number((100 * size).toPrecision(2))} %`;
};

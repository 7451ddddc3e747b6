import type { VNode } from 'preact';
import type uPlot from 'uplot';
import type { LearningNetwork } from '../../../app/dashboard/contract/learning.ts';
import { number } from '../../parts/format.ts';
import { html } from '../../parts/html.ts';
import { eventsSentence, radiusSentence, updateSentence } from './sentences.ts';
import { rule, Strip, type Frame } from './strip.ts';

/** Three digits. */
const brief = (value: number | null): string => (value === null ? '–' : number(Number(value.toPrecision(3))));

/** The size of the parameters, of their updates and of the gradient. */
export function Parameters({ network, frame }: { readonly network: LearningNetwork; readonly frame: Frame }): VNode {
  const { tensors, gradients, clip, counts } = network;
  const seen = gradients.filter((norm) => norm !== null && norm > 0) as number[];
  const low = Math.min(0.1 * clip, ...seen);
  const high = Math.max(2 * clip, ...seen);
  return html`<section class="card" aria-labelledby="parameters">
    <h2 id="parameters"><span class="chapter">5</span>How the parameters move</h2>
    <p>${updateSentence(network)} ${radiusSentence(network)}</p>
    <h3>
      Norm of the gradient before the clip <span class="keys"><span class="key key-network">each reading</span></span>
    </h3>
    <${Strip}
      ...${frame}
      height=${132}
      label=${`Norm of the gradient of the last ${gradients.length} readings. ${updateSentence(network)}`}
      lines=${[{ colour: 'accent', width: 1.5, values: gradients.map((norm) => (norm !== null && norm > 0 ? norm : null)) }]}
      log
      yRange=${() => [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high))]}
      yLabels=${(splits: readonly (number | null)[]) => splits.map(number)}
      over=${(plot: uPlot) => {
        rule(plot, 'y', clip, `clip ${clip}`, 'alarm');
      }}
    />
    <div class="tensors">
      <table>
        <thead>
          <tr>
            <th scope="col">Parameters</th>
            <th scope="col" class="wide">Shape</th>
            <th scope="col" class="number">Norm</th>
            <th scope="col" class="number wide">Root mean square</th>
            <th scope="col" class="number">Last update</th>
            <th scope="col" class="number wide">Mean gradient</th>
          </tr>
        </thead>
        <tbody>
          ${tensors.map(
            ({ name, shape, norm, rms, update, gradient }) =>
              html`<tr key=${name}>
                <td><code>${name}</code></td>
                <td class="wide quiet">${shape.join(' × ')}</td>
                <td class="number">${brief(norm)}</td>
                <td class="number wide">${brief(rms)}</td>
                <td class="number">${brief(update)}</td>
                <td class="number wide">${brief(gradient)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="quiet small">${eventsSentence(counts)}</p>
    <p class="caption">
      Names, shapes and order are those of <code>zankyo weights export</code>, and of PyTorch. The last column is Adam's
      running mean of some ten gradients after the clip. Clip: R. Pascanu et al. 2013, algorithm 1; Adam: D. Kingma & J.
      Ba 2015.
    </p>
  </section>`;
}

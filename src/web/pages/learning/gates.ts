import type { VNode } from 'preact';
import type { Activations, LearningNetwork } from '../../../app/dashboard/contract/learning.ts';
import { number } from '../../parts/format.ts';
import { html } from '../../parts/html.ts';
import { mean, unitsOf } from './decode.ts';
import { HeatMap, Scale } from './heat-map.ts';
import { keepSentence } from './sentences.ts';
import type { Frame } from './strip.ts';

export interface GatesProps {
  readonly network: LearningNetwork;
  readonly frame: Frame;
  readonly order: readonly number[];
  readonly intervalMs: number | null;
}

/** What each gate does, in the words of the page. */
const MEANING: Readonly<Record<string, string>> = {
  'gru r': 'how much of the old state goes into the candidate',
  'gru z': 'how much of the old state is kept: 1 keeps all, 0 replaces it by the candidate',
  'gru n': 'the candidate for the new state',
  'lstm i': 'how much of the candidate is written into the memory cell',
  'lstm f': 'how much of the memory cell is kept: 1 keeps all, 0 forgets',
  'lstm g': 'the candidate for the memory cell',
  'lstm o': 'how much of the memory cell goes into the output h',
  'lstm c': 'the memory cell itself, limited to ±3',
  'elementwise f': 'how much of the memory cell is kept: 1 keeps all, 0 forgets',
  'elementwise z': 'the candidate for the memory cell',
  'elementwise o': 'how much of the memory cell goes into the output h',
  'elementwise c': 'the memory cell itself',
};

const EQUATIONS: Readonly<Record<LearningNetwork['cell'], string>> = {
  rnn: 'hₜ = tanh(W_ih xₜ + W_hh hₜ₋₁ + b)',
  gru: 'hₜ = (1 − zₜ) nₜ + zₜ hₜ₋₁',
  lstm: 'cₜ = fₜ cₜ₋₁ + iₜ gₜ,  hₜ = oₜ tanh cₜ',
  elementwise: 'cₜ = fₜ cₜ₋₁ + (1 − fₜ) zₜ,  hₜ = oₜ cₜ',
};

const SOURCES: Readonly<Record<LearningNetwork['cell'], string>> = {
  rnn: 'J. L. Elman 1990.',
  gru: 'K. Cho et al. 2014, in the form of PyTorch.',
  lstm: 'S. Hochreiter & J. Schmidhuber 1997; forget gate: F. Gers, J. Schmidhuber & F. Cummins 2000.',
  elementwise: 'After K. Irie, A. Gopalakrishnan & J. Schmidhuber 2023.',
};
const PEEPHOLES = ' Peepholes: F. Gers & J. Schmidhuber 2000.';

/** The gates of the last readings: what the network keeps and what it forgets. */
export function Gates({ network, frame, order, intervalMs }: GatesProps): VNode {
  const { cell, activations, units, peepholes } = network;
  const gates = [...activations.slice(1)].sort((a, b) => rank(a) - rank(b));
  const keeping = gates.find(({ keeps }) => keeps);
  return html`<section class="card" aria-labelledby="gates">
    <h2 id="gates"><span class="chapter">3</span>What it keeps and what it forgets</h2>
    ${
      keeping === undefined
        ? html`<p>
            An Elman network has no gates: each reading overwrites the whole hidden state, and the past survives only
            through W<sub>hh</sub>. For gates choose <code>cell: gru</code> or <code>cell: lstm</code>.
          </p>`
        : html`<p>${frame.x.length > 0 ? keepSentence(unitsOf(keeping, units).map(mean), intervalMs) : ''}</p>`
    }
    ${gates.map((gate, k) => {
      const numbers = unitsOf(gate, units);
      const all = mean(numbers.map(mean));
      const signed = gate.span !== 'unit';
      const end = gate.span === 'open' ? number(Number(gate.scale.toPrecision(2))) : '1';
      return html`<div key=${gate.symbol} class="gate" data-gate=${gate.symbol}>
        <h3>
          ${capital(gate.name)} ${gate.symbol}
          <${Scale} from=${signed ? `−${end}` : '0'} to=${end} signed=${signed} />
          <span class="quiet meaning">${MEANING[`${cell} ${gate.symbol}`] ?? ''}</span>
        </h3>
        <${HeatMap}
          ...${frame}
          xLabels=${k === gates.length - 1 ? frame.xLabels : undefined}
          units=${numbers}
          order=${order}
          span=${gate.span}
          scale=${gate.scale}
          ends=${['fast', 'slow']}
          height=${(k === gates.length - 1 ? 26 : 6) + (gate.keeps ? 116 : 76)}
          label=${`${capital(gate.name)} of ${units} units over the last ${frame.x.length} readings, mean ${number(Number(all.toFixed(3)))}`}
        />
      </div>`;
    })}
    <p class="caption">${EQUATIONS[cell]}. ${SOURCES[cell]}${peepholes ? PEEPHOLES : ''}</p>
  </section>`;
}

/** The gate that keeps comes first, then the other gates, the candidate, and the memory. */
const rank = ({ keeps, span }: Activations): number => (keeps ? 0 : { unit: 1, signed: 2, open: 3 }[span]);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

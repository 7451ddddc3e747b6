import { shortTime } from '../../../detect/episode/short-time.ts';
import type { Comparison } from '../compare.ts';
import type { Conclusions } from '../conclusions.ts';
import { BASELINE, CELL_NAMES } from '../contenders.ts';
import type { ContenderResult } from '../run-contender.ts';
import { costChart, gainChart } from './contest-charts.ts';
import { lanes, learningChart, recordingCharts } from './timeline-charts.ts';
import type { RunView } from '../run-view.ts';
import { html } from './markup.ts';
import { baseName, fact, pageOf, section, type ReportInfo } from './page.ts';
import { contestTable, detections } from './tables.ts';

/** A comparison as one self-contained HTML page. */
export function reportOf(
  comparison: Comparison,
  conclusions: Conclusions,
  { file, version, machine }: ReportInfo,
): string {
  const { results, leftOut, columns, rows, firstAt, lastAt, tuning, simd, separate } = comparison;
  const { earned, headline, sentences, advised, best } = conclusions;
  const name = baseName(file);
  const compared = best !== null;
  return pageOf(
    `${name}: does a network earn its place?`,
    html`
      <header>
        <p class="eyebrow"><b>zankyo compare</b> · ${name}</p>
        <h1>${headline}</h1>
        ${sentences.map((sentence) => html`<p>${unbroken(sentence)}</p>`)}
        ${earned === true ? html`<pre>${yamlOf(advised, comparison)}</pre>` : null}
        <ul class="facts">
          ${fact('rows', rows.toLocaleString('en'))}${fact('series', `${columns.length}${columns.length > 1 ? (separate ? ', each by itself' : ', as one group') : ''}`)}${fact('from', shortTime(firstAt))}${fact('to', shortTime(lastAt))}${fact('units', tuning.hiddenSize)}${fact('arithmetic', simd ? 'SIMD' : 'Float64')}${fact('machine', machine)}
        </ul>
      </header>
      ${section(
        'All of them',
        contestTable(comparison, conclusions),
        leftOut.map(({ label, reason }) => html`<p class="note">Left out: ${label} ${reason}.</p>`),
      )}
      ${
        compared
          ? html`<div class="pair">
                ${section('Against the baseline', gainChart(results))}${section('What it costs', costChart(results, [results[0], best, advised]))}
              </div>
              ${section('Loss over the recording', html`<p>Log-loss of the baseline and of the best learner of each cell, over forty parts of the recording: lower is better. It falls while the network learns, and rises when the series changes.</p>`, learningChart(bestOfCells(results)))}`
          : null
      }
      ${section('The recording', recordingCharts(viewOf(comparison, advised)))}
      ${section('Anomalies of each contender', html`<p>A mark is an anomaly of the process. Sensor faults need no forecast, so all contenders report the same ones.</p>`, lanes(comparison))}
      ${section('Detections', detections(comparison))} ${section('How to read this', GLOSSARY)}
      <footer>
        Made by zankyo ${version} on ${machine}, ${simd ? 'SIMD' : 'Float64'}. Times are UTC. Cost is processor time on
        this machine from a message to its verdict, the measuring included; the median over forty parts of the
        recording. The page loads nothing and sends nothing.
      </footer>
    `,
  );
}

const GLOSSARY = html`<dl>
  <dt>Log-loss</dt>
  <dd>
    The mean cross-entropy, in nats a reading, between the forecast of a contender and the next step of the series.
    Lower is better; 0.1 less means that the forecast gave 10 % more probability to the step that came. Only readings
    after the warm-up count.
  </dd>
  <dt>Baseline</dt>
  <dd>
    No network: counts of steps at this time of day. A network that is not better than the baseline costs time and
    memory for nothing.
  </dd>
  <dt>±</dt>
  <dd>
    Standard error of the difference, from its variation over forty parts of the recording. A gain counts from three
    standard errors on, because the best of many contenders is partly luck.
  </dd>
  <dt>TBPTT, RTRL, SnAp-1</dt>
  <dd>
    How a network learns: TBPTT propagates an error back over a number of readings; RTRL computes the exact gradient
    over all of them; SnAp-1 does so without the influence of units on each other.
  </dd>
  <dt>Memory</dt>
  <dd>The state of all streams, which is also the size of their snapshots.</dd>
  <dt>Anomalies</dt>
  <dd>More are not better: without labels it is not known which are right.</dd>
</dl>`;

/** A run of one contender, with its log-loss beside that of the baseline. */
function viewOf({ columns, series, firstAt, lastAt, results }: Comparison, chosen: ContenderResult): RunView {
  const loss = (result: ContenderResult, d: number): string | null =>
    result.seriesLoss.get(series[d])?.toFixed(3) ?? null;
  return {
    columns,
    series,
    firstAt,
    lastAt,
    trace: chosen.trace,
    episodes: chosen.episodes,
    noteOf: (d) => {
      const own = loss(chosen, d);
      if (own === null) return null;
      return chosen === results[0] ? `${own} nats` : `${own} nats, baseline ${loss(results[0], d) ?? '–'}`;
    },
    forecaster: chosen.contender.label,
    labels: null,
  };
}

/** Keeps a number and its unit on one line. */
const unbroken = (text: string): string => text.replace(/(\d) (?=µs|KiB|MiB|nats)/g, '$1\u00a0');

/** The lines of a site file that select the advised contender. */
function yamlOf({ contender }: ContenderResult, { tuning }: Comparison): string {
  const { cell, peepholes, learner } = { ...tuning, ...contender.tuning };
  const lines = [
    `cell: ${cell}`,
    ...(peepholes ? ['peepholes: true'] : []),
    `learner: ${learner}`,
    `hidden_size: ${tuning.hiddenSize}`,
  ];
  return ['tuning:', ...lines.map((line) => `  ${line}`)].join('\n');
}

/** The baseline, and of each cell the one with the lowest log-loss. */
const bestOfCells = (results: readonly ContenderResult[]): readonly ContenderResult[] =>
  [BASELINE.cell, ...CELL_NAMES].flatMap((cell) => {
    const own = results.filter(({ contender, loss }) => contender.cell === cell && !Number.isNaN(loss));
    return own.length === 0 ? [] : [own.reduce((a, b) => (b.loss < a.loss ? b : a))];
  });

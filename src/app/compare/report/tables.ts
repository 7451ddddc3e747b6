import { shortTime } from '../../../detect/episode/short-time.ts';
import { difference } from '../blocks.ts';
import type { Comparison } from '../compare.ts';
import type { Conclusions } from '../conclusions.ts';
import { bestOf, FIGURES } from '../figures.ts';
import { findingsOf, type Finding } from '../findings.ts';
import type { ContenderResult } from '../run-contender.ts';
import { html, type Content, type Markup } from './markup.ts';
import { detectionTable, table } from './page.ts';

/** Maximum number of findings in one table; those with the highest scores are listed. */
const MAX_LISTED = 100;

/** The table that the terminal also shows, with the significance of each difference to the baseline. */
export function contestTable({ results }: Comparison, { advised: chosen, earned }: Conclusions): Markup {
  const advised = earned === null ? null : chosen;
  const best = FIGURES.map((figure) => bestOf(figure, results));
  const cell = (result: ContenderResult, i: number): Markup => {
    const { of, text } = FIGURES[i];
    const x = of(result);
    if (Number.isNaN(x)) return html`<td class="num">–</td>`;
    return html`<td class="num${x === best[i] ? ' best' : ''}">${text(x)}</td>`;
  };
  const gain = (result: ContenderResult): Content => {
    const { mean, error } = difference(results[0].losses, result.losses);
    if (result === results[0] || Number.isNaN(mean)) return '–';
    const sign = mean < 0 ? '−' : '+';
    return `${sign}${Math.abs(mean).toFixed(3)}${Number.isFinite(error) ? ` ± ${error.toFixed(3)}` : ''}`;
  };
  const rows = results.map((result, i) => {
    const { contender, anomalies } = result;
    const classes = [
      result === advised ? 'advised' : '',
      i > 0 && contender.cell !== results[i - 1].contender.cell ? 'first-of-cell' : '',
    ];
    return html`<tr class="${classes.join(' ').trim()}">
      <td>
        <span class="dot c-${contender.cell ?? 'none'}"></span
        >${contender.label}${result === advised ? html`<span class="tag">advised</span>` : null}
      </td>
      ${cell(result, 0)}${cell(result, 1)}
      <td>${gain(result)}</td>
      ${cell(result, 2)}${cell(result, 3)}
      <td>${anomalies}</td>
    </tr>`;
  });
  const heads = ['contender', 'log-loss', 'last half', 'ahead of baseline', 'µs a reading', 'memory', 'anomalies'];
  return table(heads, rows);
}

/** The findings and the contenders that reported them; findings of the most contenders first. */
export function detections(comparison: Comparison): Markup {
  const { results } = comparison;
  const all = findingsOf(comparison);
  if (all.length === 0) return html`<p>No contender reported an anomaly.</p>`;
  const shared = all.filter(({ by }) => by.length === results.length).length;
  const agreed = all.filter(({ by }) => 2 * by.length > results.length);
  const others = all.filter(({ by }) => 2 * by.length <= results.length);
  return html`<p>
      ${all.length} in all: ${shared} reported by every contender, ${all.length - shared} by some. Only you can judge
      which are right.
    </p>
    ${agreed.length > 0 ? findingsTable(agreed, results) : null}
    ${
      others.length > 0
        ? html`<details${agreed.length === 0 ? html` open` : null}><summary>${others.length} reported by half of them or fewer</summary>${findingsTable(others, results)}</details>`
        : null
    }`;
}

function findingsTable(findings: readonly Finding[], results: readonly ContenderResult[]): Markup {
  const listed = findings
    .toSorted((a, b) => b.worst.score - a.worst.score)
    .slice(0, MAX_LISTED)
    .sort((a, b) => a.startAt - b.startAt);
  const row = ({ startAt, worst, by }: Finding): Markup => {
    const marks = results.map(
      ({ contender }) =>
        html`<i
          class="${by.includes(contender) ? `c-${contender.cell ?? 'none'}` : 'no'}"
          title="${contender.label}"
        ></i>`,
    );
    const whom = by.length === results.length ? 'all' : by.map(({ label }) => label).join(', ');
    return html`<tr>
      <td>${shortTime(startAt)}</td>
      <td><span class="severity ${worst.severity}">${worst.severity}</span></td>
      <td>${worst.kind}</td>
      <td title="${whom}"><span class="found">${marks}</span> ${by.length} of ${results.length}</td>
      <td class="wide">${worst.reason}</td>
    </tr>`;
  };
  const cut = findings.length > listed.length ? html`<p class="note">The worst ${listed.length} are listed.</p>` : null;
  const heads = ['from (UTC)', 'severity', 'kind', 'reported by', 'reason of the contender with the highest score'];
  return html`${detectionTable(heads, listed.map(row))}${cut}`;
}

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { HistoryBody } from '../../../app/dashboard/contract/stream.ts';
import { historyPath, useJson } from '../../api.ts';
import { duration, number, time } from '../../parts/format.ts';
import { html } from '../../parts/html.ts';
import { Notice } from '../../parts/notice.ts';
import type { View } from './view.ts';

/** The same numbers as a table, for those who do not see the chart. */
export function Table({
  series,
  view,
  unit,
}: {
  readonly series: string;
  readonly view: View;
  readonly unit: string;
}): VNode {
  const [open, setOpen] = useState(false);
  return html`<details
    class="as-table"
    onToggle=${(event: Event) => {
      setOpen((event.target as HTMLDetailsElement).open);
    }}
  >
    <summary>Values as a table</summary>
    ${open ? html`<${Rows} series=${series} view=${view} unit=${unit} />` : null}
  </details>`;
}

const ROWS = 40;

function Rows({ series, view, unit }: { readonly series: string; readonly view: View; readonly unit: string }): VNode {
  const { data, error } = useJson<HistoryBody>(historyPath(series, view.from, view.until, ROWS));
  if (data === null)
    return html`<${Notice} kind=${error === null ? 'loading' : 'error'} title=${error ?? 'Loading'} />`;
  const { at, columns, bucketMs } = data;
  return html`<div class="scrolls" tabindex="0" role="region" aria-label="Table of values">
    <table>
      <caption class="quiet small">
        ${duration(bucketMs)} a row${unit === '' ? '' : `, in ${unit}`}
      </caption>
      <thead>
        <tr>
          <th>from</th>
          <th class="number">least</th>
          <th class="number">mean</th>
          <th class="number">greatest</th>
          <th class="number">expected</th>
          <th class="number">score</th>
        </tr>
      </thead>
      <tbody>
        ${at.map(
          (begin, k) =>
            html`<tr key=${begin}>
              <td>${time(begin, data.now)}</td>
              ${[columns.min, columns.mean, columns.max, columns.expected, columns.score].map((column, i) => html`<td class="number" key=${i}>${number(column[k] ?? null)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

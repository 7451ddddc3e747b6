import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { HubIncidentsBody } from '../../app/dashboard/contract/hub.ts';
import { linkTo } from '../page.ts';
import { count, time } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { useFresh } from '../parts/kept.ts';
import { Notice, Waiting } from '../parts/notice.ts';
import { Pager } from './pager.ts';
import { SEVERITIES, SeverityBadge } from '../parts/severity.ts';

const EVERY_MS = 5_000;

/** The incidents of all sites: open ones first. */
export function IncidentsPage(): VNode {
  const [open, setOpen] = useState(false);
  const [severity, setSeverity] = useState('');
  const [page, setPage] = useState(0);
  const query = `incidents?open=${open ? 1 : 0}&severity=${severity}&page=${page}`;
  const { data, error } = useFresh<HubIncidentsBody>(query, EVERY_MS);
  const now = Date.now();
  return html`<div class="page-title"><h1>Incidents</h1></div>
    <div class="filters">
      <label class="check">
        <input
          type="checkbox"
          checked=${open}
          onChange=${() => {
            setOpen(!open);
            setPage(0);
          }}
        />
        open ones only
      </label>
      <label class="field">
        <span>Severity</span>
        <select
          value=${severity}
          onChange=${(event: Event) => {
            setSeverity((event.target as HTMLSelectElement).value);
            setPage(0);
          }}
        >
          <option value="">all</option>
          ${SEVERITIES.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
        </select>
      </label>
    </div>
    ${
      data === null
        ? html`<${Waiting} error=${error} />`
        : data.incidents.length === 0 && page === 0
          ? html`<${Notice} kind="empty" title="No incident">No site has reported one.</${Notice}>`
          : html`<table class="records">
                <thead>
                  <tr>
                    <th>began</th>
                    <th>site</th>
                    <th>severity</th>
                    <th>incident</th>
                  </tr>
                </thead>
                <tbody>
                  ${data.incidents.map(
                    ({ site, id, startAt, severity: own, closed, episodes, reason }) =>
                      html`<tr key=${`${site}/${id}`}>
                        <td class="when" data-of="began">${time(startAt, now)}</td>
                        <td data-of="site"><a href=${linkTo('site', site)}>${site}</a></td>
                        <td data-of="severity"><${SeverityBadge} severity=${own} />${closed ? '' : ', open'}</td>
                        <td data-of="incident">
                          ${reason}
                          ${episodes > 1 ? html`<span class="quiet">${count(episodes, 'alarm')}</span>` : null}
                        </td>
                      </tr>`,
                  )}
                </tbody>
              </table>
              <${Pager} page=${page} more=${data.more} onPage=${setPage} />`
    }`;
}

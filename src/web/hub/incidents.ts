import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { HubIncidentsBody } from '../../app/dashboard/contract/hub.ts';
import { linkTo } from '../page.ts';
import { count, time } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { useFresh } from '../parts/kept.ts';
import { Notice, Waiting } from '../parts/notice.ts';
import { SEVERITIES, SeverityBadge } from '../parts/severity.ts';

const EVERY_MS = 5_000;

/** The incidents of all sites: open ones first. */
export function IncidentsPage(): VNode {
  const [open, setOpen] = useState(false);
  const [severity, setSeverity] = useState('');
  const { data, error } = useFresh<HubIncidentsBody>(`incidents?open=${open ? 1 : 0}&severity=${severity}`, EVERY_MS);
  const now = Date.now();
  return html`<div class="page-title"><h1>Incidents</h1></div>
    <div class="filters">
      <label class="check">
        <input
          type="checkbox"
          checked=${open}
          onChange=${() => {
            setOpen(!open);
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
        : data.incidents.length === 0
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
              ${data.more ? html`<p class="quiet">There are more: choose a severity, or open ones only.</p>` : null}`
    }`;
}

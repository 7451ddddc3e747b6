import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { HubSite, HubSitesBody } from '../../app/dashboard/contract/hub.ts';
import { linkTo } from '../page.ts';
import { count, fromNow } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { useFresh } from '../parts/kept.ts';
import { Badge, type State } from '../parts/mark.ts';
import { Notice, Waiting } from '../parts/notice.ts';
import { Pager } from './pager.ts';

const EVERY_MS = 5_000;
/** Sentences about missing sites and differing assets that stand above the table: many sites may be missing at once. */
const MAX_STRIPS = 5;
/** The hub sends no more. */
const MAX_ALERTS = 100;

/** The mark of a site: missing first, then alarms. */
const markOf = ({ state, alarms }: HubSite): readonly [State, string] => {
  if (state !== 'online') return ['silent', state];
  return alarms > 0 ? ['alarm', count(alarms, 'open alarm')] : ['ready', 'no open alarm'];
};

/** All sites, those with trouble first, and what the hub itself has found. */
export function SitesPage(): VNode {
  const [filter, setFilter] = useState('');
  const [page, setPage] = useState(0);
  const query = `sites?filter=${encodeURIComponent(filter)}&page=${page}`;
  const { data, error } = useFresh<HubSitesBody>(query, EVERY_MS);
  if (data === null) return html`<${Waiting} error=${error} />`;
  const now = Date.now();
  const { sites: all, missing, alarms } = data.all;
  return html`<div class="page-title">
      <h1>Sites</h1>
      <p class="quiet">${count(all, 'site')}, ${missing} missing, ${count(alarms, 'open alarm')}</p>
    </div>
    ${error === null ? null : html`<${Notice} kind="lost" title="No answer from the hub">${error}</${Notice}>`}
    ${
      data.connected
        ? null
        : html`<${Notice} kind="lost" title="The hub has no connection to the broker">The page shows the last data that it received.</${Notice}>`
    }
    ${data.alerts
      .slice(0, MAX_STRIPS)
      .map(({ subject, about, reason }) => html`<p class="strip warn" key=${about + subject}>${reason}</p>`)}
    ${
      data.alerts.length > MAX_STRIPS
        ? html`<p class="strip warn">
            Further alerts: ${data.alerts.length - MAX_STRIPS}${data.alerts.length === MAX_ALERTS ? ' or more' : ''}.
          </p>`
        : null
    }
    ${
      all === 0
        ? html`<${Notice} kind="empty" title="No site yet">
            No message has come. Do the sites publish to this broker, and is mqtt.prefix theirs?
          </${Notice}>`
        : html`<div class="filters record">
              <label class="field">
                <span>Filter</span>
                <input
                  type="search"
                  value=${filter}
                  onInput=${(event: InputEvent) => {
                    setFilter((event.target as HTMLInputElement).value);
                    setPage(0);
                  }}
                />
              </label>
            </div>
            <table class="records">
              <thead>
                <tr>
                  <th>site</th>
                  <th>state</th>
                  <th>last message</th>
                  <th class="number">series</th>
                  <th>version</th>
                </tr>
              </thead>
              <tbody>
                ${data.sites.map((site) => html`<${Row} key=${site.site} site=${site} now=${now} />`)}
              </tbody>
            </table>
            <${Pager} page=${page} more=${data.more} onPage=${setPage} />`
    }`;
}

function Row({ site, now }: { readonly site: HubSite; readonly now: number }): VNode {
  const [state, word] = markOf(site);
  return html`<tr>
    <td data-of="site"><a href=${linkTo('site', site.site)}>${site.site}</a></td>
    <td data-of="state"><${Badge} state=${state} word=${word} /></td>
    <td data-of="last message">${site.heardAt === null ? 'never' : fromNow(site.heardAt, now)}</td>
    <td class="number" data-of="series">${site.series}</td>
    <td data-of="version">${site.version ?? '–'}</td>
  </tr>`;
}

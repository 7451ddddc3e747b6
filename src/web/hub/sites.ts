import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { HubSite, HubSitesBody } from '../../app/dashboard/contract/hub.ts';
import { linkTo } from '../page.ts';
import { count, fromNow } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { useFresh } from '../parts/kept.ts';
import { Badge, type State } from '../parts/mark.ts';
import { Notice, Waiting } from '../parts/notice.ts';

const EVERY_MS = 5_000;

/** The mark of a site: missing first, then alarms. */
const markOf = ({ state, alarms }: HubSite): readonly [State, string] => {
  if (state !== 'online') return ['silent', state];
  return alarms > 0 ? ['alarm', count(alarms, 'open alarm')] : ['ready', 'no open alarm'];
};

/** All sites, those with trouble first, and what the hub itself has found. */
export function SitesPage(): VNode {
  const { data, error } = useFresh<HubSitesBody>('sites', EVERY_MS);
  const [filter, setFilter] = useState('');
  if (data === null) return html`<${Waiting} error=${error} />`;
  const now = Date.now();
  const missing = data.sites.filter(({ state }) => state === 'missing').length;
  const alarms = data.sites.reduce((sum, site) => sum + site.alarms, 0);
  const shown = data.sites.filter(({ site }) => site.includes(filter.toLowerCase()));
  return html`<div class="page-title">
      <h1>Sites</h1>
      <p class="quiet">${count(data.sites.length, 'site')}, ${missing} missing, ${count(alarms, 'open alarm')}</p>
    </div>
    ${error === null ? null : html`<${Notice} kind="lost" title="No answer from the hub">${error}</${Notice}>`}
    ${
      data.connected
        ? null
        : html`<${Notice} kind="lost" title="The hub has no connection to the broker">What you see is from before.</${Notice}>`
    }
    ${data.alerts.map(({ subject, about, reason }) => html`<p class="strip warn" key=${about + subject}>${reason}</p>`)}
    ${
      data.sites.length === 0
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
                ${shown.map((site) => html`<${Row} key=${site.site} site=${site} now=${now} />`)}
              </tbody>
            </table>`
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

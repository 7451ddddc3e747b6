import type { VNode } from 'preact';
import type { HubAssetsBody } from '../../app/dashboard/contract/hub.ts';
import { linkTo } from '../page.ts';
import { count, quantity } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { useFresh } from '../parts/kept.ts';
import { Badge } from '../parts/mark.ts';
import { Notice, Waiting } from '../parts/notice.ts';

const EVERY_MS = 30_000;

/** Classes of like assets: which one differs from the others. */
export function AssetsPage(): VNode {
  const { data, error } = useFresh<HubAssetsBody>('assets', EVERY_MS);
  if (data === null) return html`<${Waiting} error=${error} />`;
  if (data.classes.length === 0)
    return html`<h1>Assets</h1>
      <${Notice} kind="empty" title="No class of like assets">
        The hub file declares them under "assets": a name, and the series that measure the same quantity.
      </${Notice}>`;
  return html`<h1>Assets</h1>
    ${data.classes.map(
      ({ name, unit, assets }) =>
        html`<section class="record" key=${name}>
          <h2>${name} <span class="quiet">${assets.length} series, last 7 days</span></h2>
          <table class="records">
            <thead>
              <tr>
                <th>series</th>
                <th>state</th>
                <th class="number">mean</th>
                <th class="number">spread in a day</th>
                <th class="number">alarms in 28 days</th>
                <th>comparison</th>
              </tr>
            </thead>
            <tbody>
              ${assets
                .toSorted((a, b) => Number(b.differs) - Number(a.differs))
                .map(
                  ({ subject, mean, spread, alarms, differs, text }) =>
                    html`<tr key=${subject}>
                      <td data-of="series"><a href=${linkTo('site', subject.split('/')[0])}>${subject}</a></td>
                      <td data-of="state">
                        <${Badge}
                          state=${differs ? 'alarm' : 'ready'}
                          word=${differs ? 'differs' : text === '' ? 'too little data' : 'alike'}
                        />
                      </td>
                      <td class="number" data-of="mean">${quantity(mean, unit)}</td>
                      <td class="number" data-of="spread in a day">${quantity(spread, unit)}</td>
                      <td class="number" data-of="alarms">${alarms}</td>
                      <td data-of="comparison">${differs ? text : ''}</td>
                    </tr>`,
                )}
            </tbody>
          </table>
          ${assets.length < 5 ? html`<p class="quiet">${count(assets.length, 'series')}: five are needed for a comparison.</p>` : null}
        </section>`,
    )}`;
}

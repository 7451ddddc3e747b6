import type { VNode } from 'preact';
import type { Session } from '../../app/dashboard/contract.ts';
import type { HubAlarm, HubSeries, HubSentCommand, HubSiteBody } from '../../app/dashboard/contract/hub.ts';
import { count, fromNow, quantity, time } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { useFresh } from '../parts/kept.ts';
import { Badge } from '../parts/mark.ts';
import { Waiting } from '../parts/notice.ts';
import { SeverityBadge } from '../parts/severity.ts';
import { CommandForm } from './command-form.ts';
import { Learned } from './learned.ts';

const EVERY_MS = 5_000;

/** One site: its alarms, the last state of its series, and commands to it. */
export function SitePage({ argument, session }: { readonly argument: string; readonly session: Session }): VNode {
  const { data, error, reload } = useFresh<HubSiteBody>(`site/${encodeURIComponent(argument)}`, EVERY_MS);
  if (data === null) return html`<${Waiting} error=${error} />`;
  const { site, workers, alarms, series, commands, canCommand } = data;
  const now = Date.now();
  const heard = site.heardAt === null ? 'never heard of' : `last message ${fromNow(site.heardAt, now)}`;
  const version = site.version === null ? [] : [`zankyo ${site.version}`];
  const cluster = workers === null || site.state !== 'online' ? [] : [count(workers, 'worker')];
  const facts = [site.state, heard, count(site.alarms, 'open alarm'), ...version, ...cluster].join(', ');
  return html`<div class="page-title">
      <h1>${site.site}</h1>
      <p class="quiet">${facts}</p>
    </div>
    <section class="record">
      <h2>Alarms</h2>
      ${alarms.length === 0 ? html`<p class="quiet">None so far.</p>` : html`<${Alarms} alarms=${alarms} now=${now} />`}
    </section>
    ${canCommand && session.role === 'operator' ? html`<${CommandForm} site=${site.site} series=${series} onSent=${reload} />` : null}
    ${commands.length === 0 ? null : html`<${Commands} commands=${commands} now=${now} />`}
    <section class="record">
      <h2>Series</h2>
      ${series.length === 0 ? html`<p class="quiet">No state has come.</p>` : html`<${Series} series=${series} now=${now} />`}
    </section>
    <${Learned} site=${site.site} operator=${session.role === 'operator'} />`;
}

const Alarms = ({ alarms, now }: { readonly alarms: readonly HubAlarm[]; readonly now: number }): VNode =>
  html`<table class="records">
    <thead>
      <tr>
        <th>opened</th>
        <th>severity</th>
        <th>alarm</th>
      </tr>
    </thead>
    <tbody>
      ${alarms.map(
        ({ id, openedAt, severity, closed, reason }) =>
          html`<tr key=${id}>
            <td class="when" data-of="opened">${time(openedAt, now)}</td>
            <td data-of="severity"><${SeverityBadge} severity=${severity} />${closed ? '' : ', open'}</td>
            <td data-of="alarm">${reason}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;

const Commands = ({ commands, now }: { readonly commands: readonly HubSentCommand[]; readonly now: number }): VNode =>
  html`<section class="record">
    <h2>Commands sent</h2>
    <table class="records">
      <thead>
        <tr>
          <th>sent</th>
          <th>command</th>
          <th>by</th>
          <th>answer</th>
        </tr>
      </thead>
      <tbody>
        ${commands.map(
          ({ id, at, command, series, sender, status, text }) =>
            html`<tr key=${id}>
              <td class="when" data-of="sent">${time(at, now)}</td>
              <td data-of="command">${command}${series === null ? '' : ` ${series}`}</td>
              <td data-of="by">${sender}</td>
              <td data-of="answer">
                ${status === null ? 'none yet' : `${status === 'refused' ? 'refused: ' : ''}${text ?? ''}`}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;

const Series = ({ series, now }: { readonly series: readonly HubSeries[]; readonly now: number }): VNode =>
  html`<table class="records">
    <thead>
      <tr>
        <th>series</th>
        <th>state</th>
        <th class="number">value</th>
        <th class="number">expected</th>
        <th>last</th>
      </tr>
    </thead>
    <tbody>
      ${series.map(
        ({ slug, label, phase, anomaly, value, expected, unit, at }) =>
          html`<tr key=${slug}>
            <td data-of="series">${label ?? slug}</td>
            <td data-of="state"><${Badge} state=${anomaly ? 'alarm' : phase} /></td>
            <td class="number" data-of="value">${quantity(value, unit)}</td>
            <td class="number" data-of="expected">${quantity(expected, unit)}</td>
            <td data-of="last">${fromNow(at, now)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;

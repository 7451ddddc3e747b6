import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { HubCommandReply, HubSeries } from '../../app/dashboard/contract/hub.ts';
import { html } from '../parts/html.ts';
import { AskingForm, valueTo, type Answer } from './asking.ts';

/** Commands that need nothing but a series, and a time for some. Others are given at the site. */
const COMMANDS: readonly {
  readonly name: string;
  readonly text: string;
  readonly site: boolean;
  readonly lasts: boolean;
}[] = [
  { name: 'normal', text: 'normal: its last alarm was no fault', site: false, lasts: false },
  { name: 'fault', text: 'fault: its last alarm was one', site: false, lasts: false },
  { name: 'mute', text: 'mute: no alert for a time', site: true, lasts: true },
  { name: 'unmute', text: 'unmute', site: true, lasts: false },
  { name: 'freeze', text: 'freeze: learn nothing for a time', site: true, lasts: true },
  { name: 'resume', text: 'resume: learn again', site: true, lasts: false },
  { name: 'accept', text: 'accept: the present state is the normal one', site: false, lasts: false },
  { name: 'reload', text: 'reload: put the changed site file in force', site: true, lasts: false },
];
const TIMES = ['30m', '2h', '8h', '1d', '7d'];

interface Props {
  readonly site: string;
  readonly series: readonly HubSeries[];
  readonly onSent: () => void;
}

const answerOf = ({ status, text }: HubCommandReply): Answer => ({
  good: status === 'done',
  text: status === 'refused' ? `Not done: ${text}` : text,
});

/** Sends a command to a site and shows its answer. */
export function CommandForm({ site, series, onSent }: Props): VNode {
  const [name, setName] = useState('normal');
  const [target, setTarget] = useState('');
  const [lasts, setLasts] = useState('2h');
  const command = COMMANDS.find((each) => each.name === name)!;
  const ofSite = name === 'reload';
  const body = () => ({
    command: name,
    ...(target === '' || ofSite ? {} : { series: target }),
    ...(command.lasts ? { for: lasts } : {}),
  });
  return html`<section class="record">
    <h2>Command</h2>
    <${AskingForm}
      path=${`site/${encodeURIComponent(site)}/command`}
      body=${body}
      answerOf=${answerOf}
      onSent=${onSent}
      button="Send"
    >
      <label class="field">
        <span>Command</span>
        <select value=${name} onChange=${valueTo(setName)}>
          ${COMMANDS.map((each) => html`<option key=${each.name} value=${each.name}>${each.text}</option>`)}
        </select>
      </label>
      ${
        ofSite
          ? null
          : html`<label class="field">
              <span>Series</span>
              <select value=${target} required=${!command.site} onChange=${valueTo(setTarget)}>
                <option value="">${command.site ? 'the whole site' : 'choose one'}</option>
                ${series.map(({ slug, label }) => html`<option key=${slug} value=${slug}>${label ?? slug}</option>`)}
              </select>
            </label>`
      }
      ${
        command.lasts
          ? html`<label class="field">
              <span>For</span>
              <select value=${lasts} onChange=${valueTo(setLasts)}>
                ${TIMES.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}
              </select>
            </label>`
          : null
      }
    <//>
  </section>`;
}

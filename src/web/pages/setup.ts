import type { VNode } from 'preact';
import type { SetupBody } from '../../app/dashboard/contract/setup.ts';
import { useJson } from '../api.ts';
import type { PageProps } from '../page.ts';
import { html } from '../parts/html.ts';
import { Waiting } from '../parts/notice.ts';
import { PartLinks } from '../parts/part-links.ts';
import { Discover } from '../setup/discover.ts';
import { Sensitivity } from '../setup/sensitivity.ts';

const PARTS = [
  { name: '', title: 'What to watch' },
  { name: 'sensitivity', title: 'Sensitivity' },
] as const;

/** Find what a broker has and get the lines of the site file for it; try a sensitivity on past events. `#/setup/sensitivity/<stream>` */
export function SetupPage({ argument, session }: PageProps): VNode {
  const { data, error, reload } = useJson<SetupBody>('setup');
  const [first, ...rest] = argument.split('/');
  const part = PARTS.find(({ name }) => name === first)?.name ?? '';
  const operator = session.role === 'operator';
  return html`<div class="page-title"><h1>Setup</h1></div>
    <${PartLinks} page="setup" label="Setup" parts=${PARTS} shown=${part} />
    ${
      data === null
        ? html`<${Waiting} error=${error} />`
        : part === 'sensitivity'
          ? html`<${Sensitivity}
              streams=${data.streams}
              asked=${rest.join('/')}
              operator=${operator}
              onSaved=${reload}
            />`
          : html`<${Discover} setup=${data} operator=${operator} />`
    }`;
}

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { SystemBody } from '../../app/dashboard/contract/system.ts';
import type { PageProps } from '../page.ts';
import { html } from '../parts/html.ts';
import { useFresh } from '../parts/kept.ts';
import { Waiting } from '../parts/notice.ts';
import { PartLinks } from '../parts/part-links.ts';
import { Figures } from '../system/figures.ts';
import { AuditTable, LogTail, Quarantine, Rejects } from '../system/records.ts';

const EVERY_MS = 3_000;
/** What the lower part of the page shows. */
const PARTS = [
  { name: '', title: 'Refused messages' },
  { name: 'audit', title: 'Commands' },
  { name: 'log', title: 'Log' },
] as const;

/** Figures of the service, refused messages, the record of commands, and the log. */
export function SystemPage({ argument }: PageProps): VNode {
  const { data, error } = useFresh<SystemBody>('system', EVERY_MS);
  const [reason, setReason] = useState('');
  const part = PARTS.find(({ name }) => name === argument)?.name ?? '';
  return html`<div class="page-title">
      <h1>System</h1>
      ${data === null ? null : html`<p class="quiet">zankyo ${data.version}</p>`}
    </div>
    ${data === null ? html`<${Waiting} error=${error} />` : html`<div class=${part === '' ? '' : 'wide-only'}><${Figures} body=${data} /></div>`}
    <${PartLinks} page="system" label="Records" parts=${PARTS} shown=${part} />
    ${
      part === 'audit'
        ? html`<${AuditTable} />`
        : part === 'log'
          ? html`<${LogTail} />`
          : html`${data === null ? null : html`<${Rejects} body=${data} chosen=${reason} onChoose=${setReason} />`}
              <${Quarantine} reason=${reason} onChoose=${setReason} />`
    }`;
}

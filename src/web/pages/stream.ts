import type { VNode } from 'preact';
import type { PageProps } from '../page.ts';
import { html } from '../parts/html.ts';
import { Notice } from '../parts/notice.ts';

export function StreamPage({ argument }: PageProps): VNode {
  return html`<h1>Stream</h1>
    <${Notice} kind="empty" title="Nothing is here yet">${argument}</${Notice}>`;
}

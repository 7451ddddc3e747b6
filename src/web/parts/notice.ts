import type { ComponentChildren, VNode } from 'preact';
import { html } from './html.ts';

/** A drawn state of a page: empty, loading, disconnected, failed. The sentence names the cause and the remedy. */
export const Notice = ({
  kind,
  title,
  children,
}: {
  readonly kind: 'empty' | 'loading' | 'lost' | 'error';
  readonly title: string;
  readonly children?: ComponentChildren;
}): VNode =>
  html`<div class="notice notice-${kind}" role=${kind === 'error' || kind === 'lost' ? 'alert' : 'status'}>
    <p class="notice-title">${title}</p>
    ${children === undefined ? null : html`<p>${children}</p>`}
  </div>`;

/** Loading, or the reason why it failed. */
export const Waiting = ({
  error,
  title = 'This page could not be loaded',
}: {
  readonly error: string | null;
  /** Of a failure. */
  readonly title?: string;
}): VNode =>
  error === null
    ? html`<${Notice} kind="loading" title="Loading" />`
    : html`<${Notice} kind="error" title=${title}>${error}</${Notice}>`;

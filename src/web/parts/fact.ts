import type { ComponentChildren, VNode } from 'preact';
import { html } from './html.ts';

/** A line of a `dl`: the name of a fact, and the fact. */
export const Fact = ({ name, children }: { readonly name: string; readonly children?: ComponentChildren }): VNode =>
  html`<div>
    <dt>${name}</dt>
    <dd>${children}</dd>
  </div>`;

import htm from 'htm';
import { h, type VNode } from 'preact';

/** A tagged template in place of JSX. Every value in it is text or a component, never markup. */
export const html = htm.bind(h) as unknown as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;

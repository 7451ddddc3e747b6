import type { VNode } from 'preact';
import { linkTo } from '../page.ts';
import { html } from './html.ts';

export interface PartLinksProps {
  /** Name of the page in the address. */
  readonly page: string;
  /** What the parts are, for those who do not see them. */
  readonly label: string;
  /** The name of a part is the rest of the address: `#/system/audit`; that of the first one is empty. */
  readonly parts: readonly { readonly name: string; readonly title: string }[];
  /** Name of the part that is shown. */
  readonly shown: string;
}

/** Links to the parts of a page. */
export const PartLinks = ({ page, label, parts, shown }: PartLinksProps): VNode =>
  html`<nav class="parts" aria-label=${label}>
    ${parts.map(
      ({ name, title }) =>
        html`<a
          key=${name}
          href=${linkTo(page, name === '' ? undefined : name)}
          aria-current=${name === shown ? 'page' : undefined}
          >${title}</a
        >`,
    )}
  </nav>`;

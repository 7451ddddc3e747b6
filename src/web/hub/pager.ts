import type { VNode } from 'preact';
import { html } from '../parts/html.ts';

interface PagerProps {
  /** From 0. */
  readonly page: number;
  readonly more: boolean;
  readonly onPage: (page: number) => void;
}

/** Buttons to the page before and the page after; nothing where there is one page. */
export function Pager({ page, more, onPage }: PagerProps): VNode | null {
  if (page === 0 && !more) return null;
  const to = (next: number) => (): void => {
    onPage(next);
    scrollTo(0, 0);
  };
  return html`<div class="filters" role="group" aria-label="Pages">
    <button class="button" disabled=${page === 0} onClick=${to(page - 1)}>Back</button>
    <span class="quiet">Page ${page + 1}</span>
    <button class="button" disabled=${!more} onClick=${to(page + 1)}>Next</button>
  </div>`;
}

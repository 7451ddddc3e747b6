import type { FunctionComponent } from 'preact';
import type { Session, StatusEvent } from '../app/dashboard/contract.ts';

/** What each page gets from the shell. */
export interface PageProps {
  /** The part of the address after the name of the page, decoded: `boiler` in `#/stream/boiler`. */
  readonly argument: string;
  readonly session: Session;
  /** The newest `status` event; null before the first. */
  readonly status: StatusEvent | null;
  /** Present time of the service, epoch ms: use it in place of Date.now(). */
  readonly now: number;
}

export type Page = FunctionComponent<PageProps>;

/** The address of a page, for a link. */
export const linkTo = (page: string, argument?: string): string =>
  `#/${page}${argument === undefined ? '' : `/${encodeURIComponent(argument)}`}`;

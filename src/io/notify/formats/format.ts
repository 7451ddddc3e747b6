import type { Outgoing, Target } from '../delivery.ts';

export interface HttpMessage {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** The documented form of one service. */
export interface Format {
  request(target: Target, message: Outgoing): HttpMessage;
  /** The id of the message in the answer of the service, for later messages of its thread. */
  refOf(answer: string, message: Outgoing): string | null;
}

export const json = (
  method: string,
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpMessage => ({
  method,
  url,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** The base URL without a slash at its end. */
export const base = ({ url = '' }: Pick<Target, 'url'>): string => url.replace(/\/+$/, '');

/** A value of the answer, which may be anything. */
export const answered = (answer: string, ...path: readonly string[]): string | null => {
  try {
    let value: unknown = JSON.parse(answer);
    for (const key of path) value = (Object(value) as Record<string, unknown>)[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  } catch {
    return null;
  }
};

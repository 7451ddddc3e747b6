import { hostAndPort } from '../../config/schema/http.ts';
import { loadSite } from '../../config/load.ts';
import { AppError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { plain } from '../terminal/plain.ts';

export interface HealthOptions {
  readonly config: string;
  readonly json: boolean;
}

/** Shorter than the limit of the healthcheck of a container, which would end the command without a sentence. */
const TIMEOUT_MS = 5_000;

/**
 * `zankyo health`: asks the HTTP server of a running service for /healthz. For the healthcheck of a container, and for monitors
 * that run a command. The codes are in docs/exit-codes.md.
 */
export async function health({ config, json }: HealthOptions): Promise<number> {
  const { listen } = loadSite(config).site.http;
  if (listen === null)
    throw new AppError('config_invalid', `${plain(config)}: http.listen is needed, for example 127.0.0.1:8787`);
  const address = addressOf(listen);
  let answer: Response;
  let body: string;
  try {
    answer = await fetch(`http://${address}/healthz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    body = (await answer.text()).trim();
  } catch (error) {
    console.error(`no answer from ${address} within ${TIMEOUT_MS / 1000} s: ${causeOf(error)}`);
    return EXIT.unavailable;
  }
  if (json) console.log(body);
  if (answer.status === 401) {
    console.error(`${address} asks for a token: set http.allow_remote: true, so that /healthz needs none`);
    return EXIT.refused;
  }
  if (!json) console.log(answer.ok ? 'healthy' : `not healthy (${answer.status}): ${plain(body)}`);
  return answer.ok ? EXIT.ok : EXIT.failure;
}

/** From this machine: a server that listens on every address is reached at the loopback one. */
export function addressOf(listen: string): string {
  const { host, port } = hostAndPort(listen);
  if (host === '0.0.0.0') return `127.0.0.1:${port}`;
  if (host === '::') return `[::1]:${port}`;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** fetch wraps the error of the connection. */
const causeOf = (error: unknown): string => {
  const { cause, message } = error as Error & { cause?: unknown };
  return cause instanceof Error && 'code' in cause ? String(cause.code) : message;
};

import { Tokens, tokenFileOf, type Role } from '../../io/http/tokens.ts';
import { AppError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonLine } from '../terminal/format.ts';
import { plain } from '../terminal/plain.ts';
import { loadServiceHub, loadServiceSite } from '../service-site.ts';

export interface TokenCommandOptions {
  readonly config: string;
  /** The file is that of a hub. */
  readonly hub: boolean;
  readonly readOnly: boolean;
  readonly remove: boolean;
  readonly json: boolean;
}

/**
 * `zankyo token`: makes a token for the dashboard, or for the pages of a hub, in place of the one before, and prints it, the only time. A running service takes it
 * within 5 s, and ends all log-ins.
 */
export async function tokenCommand({ config, hub, readOnly, remove, json }: TokenCommandOptions): Promise<number> {
  const { site, database } = hub ? loadServiceHub(config) : loadServiceSite(config);
  const role: Role = readOnly ? 'viewer' : 'operator';
  const tokens = new Tokens(tokenFileOf(database));
  const existed = tokens.has(role);
  const token = await changed(tokens, role, remove);
  if (json) console.log(jsonLine({ schema: 1, site, role, token }));
  else if (token !== null) console.log(token);
  console.error(sentenceOf(role, existed, token));
  return EXIT.ok;
}

/** Null where it was removed. */
async function changed(tokens: Tokens, role: Role, remove: boolean): Promise<string | null> {
  try {
    if (!remove) return await tokens.create(role);
    tokens.remove(role);
    return null;
  } catch (cause) {
    throw new AppError(
      'token_unwritable',
      `${plain(tokens.path)}: cannot be written; run this as the user of the service, for example with sudo -u zankyo`,
      { cause },
    );
  }
}

function sentenceOf(role: Role, existed: boolean, token: string | null): string {
  const what = role === 'viewer' ? 'read-only token' : 'token';
  if (token === null) return existed ? `The ${what} is removed; log-ins end within 5 s.` : `There was no ${what}.`;
  const before = existed ? ' The one before, and log-ins, end within 5 s.' : '';
  return `This ${what} is shown only now: keep it in a password manager.${before}`;
}

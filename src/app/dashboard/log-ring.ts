import type { Site } from '../../config/schema/site.ts';
import type { Log } from '../../log.ts';
import type { LogLine } from './contract/system.ts';

/** Lines that are kept, and characters of the text and of the fields of each. */
const MAX_LINES = 500;
const MAX_CHARACTERS = 1_000;
/** A shorter one would mask half of the words of a line. */
const MIN_SECRET = 4;

/** The last lines of the log, for the page; the older ones are dropped. */
export class LogRing {
  private readonly kept: LogLine[] = [];
  private count = 0;
  private readonly now: () => number;
  private readonly secrets: () => readonly string[];

  /**
   * `secrets`: texts that no line may show. The program does not log them; an error text of a server or a library may repeat one.
   */
  constructor(now: () => number, secrets: () => readonly string[] = () => []) {
    this.now = now;
    this.secrets = secrets;
  }

  /** The same log, whose lines are kept too. */
  over(log: Log): Log {
    return (level, fields, message) => {
      log(level, fields, message);
      const secrets = this.secrets();
      const [text, json] = [message, textOf(fields)].map((each) => masked(each, secrets).slice(0, MAX_CHARACTERS));
      this.kept.push({ n: ++this.count, at: this.now(), level, message: text, fields: json });
      if (this.kept.length > MAX_LINES) this.kept.shift();
    };
  }

  /** Lines after number `after`, the oldest first. */
  lines(after = 0): readonly LogLine[] {
    return this.kept.filter(({ n }) => n > after);
  }
}

const textOf = (fields: Readonly<Record<string, unknown>>): string => {
  try {
    return JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? value.message : value));
  } catch {
    return '{}'; // it refers to itself
  }
};

/** Also where a secret stands as part of a JSON text. */
function masked(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets)
    for (const form of [secret, JSON.stringify(secret).slice(1, -1)]) shown = shown.replaceAll(form, '***');
  return shown;
}

/** The texts of a site that nobody else may see: passwords, tokens, addresses that are a token by themselves. */
export const secretsOf = ({ mqtt, notify }: Site): readonly string[] =>
  [
    mqtt.password,
    ...Object.values(notify).flatMap(({ type, url, token, password, headers, replies }) => [
      ...[token, password, replies, ...Object.values(headers)],
      // A path with a token in it; of the others the address is none.
      ...(type === 'slack' || type === 'webhook' || type === 'ntfy' ? [url] : []),
    ]),
  ].filter((secret) => secret !== undefined && secret.length >= MIN_SECRET) as string[];

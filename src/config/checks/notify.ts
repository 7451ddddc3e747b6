import { targetSchema, type NotifyTarget } from '../schema/notify.ts';
import { sound } from '../placed.ts';
import { valueAt, type Path, type Problem } from '../problems.ts';

/** Options that only some types have. */
const KEYS = [
  'url',
  'token',
  'username',
  'password',
  'from',
  'to',
  'chat',
  'room',
  'method',
  'headers',
  'body',
  'replies',
] as const;
type Key = (typeof KEYS)[number];

/** What a type needs, and what it may have besides. */
const OPTIONS: Readonly<
  Record<NotifyTarget['type'], { readonly needs: readonly Key[]; readonly may: readonly Key[] }>
> = {
  webhook: { needs: ['url'], may: ['method', 'headers', 'body'] },
  ntfy: { needs: ['url'], may: ['token', 'replies'] },
  gotify: { needs: ['url', 'token'], may: [] },
  telegram: { needs: ['token', 'chat'], may: ['url'] },
  matrix: { needs: ['url', 'token', 'room'], may: [] },
  slack: { needs: ['url'], may: [] },
  smtp: { needs: ['url', 'from', 'to'], may: ['username', 'password'] },
};

/** Options that do not fit the type of their target. */
export function notifyProblems(data: unknown): Problem[] {
  return Object.entries(Object(valueAt(data, ['notify'])) as object).flatMap(([name, given]) => {
    const target = sound(targetSchema, given);
    return target === null ? [] : [...optionProblems(name, target, given), ...urlProblems(name, target)];
  });
}

function optionProblems(name: string, { type }: NotifyTarget, given: unknown): Problem[] {
  const path: Path = ['notify', name];
  const has = (key: string): boolean => valueAt(given, [key]) !== undefined;
  const { needs, may } = OPTIONS[type];
  const problems: Problem[] = [];
  for (const key of KEYS) {
    const file = `${key}_file`;
    const there = has(key) ? key : has(file) ? file : null;
    if (there !== null && !needs.includes(key) && !may.includes(key))
      problems.push({ path: [...path, there], on: 'key', text: `a target of type ${type} has no ${there}` });
    if (has(key) && has(file))
      problems.push({ path: [...path, file], on: 'key', text: `expected either ${key} or ${file}, not both` });
  }
  // A token may also be a systemd credential: notify-secrets.ts reports one that is missing.
  const missing = needs.filter((key) => !has(key) && !has(`${key}_file`) && key !== 'token');
  for (const key of missing) problems.push({ path, on: 'key', text: `a target of type ${type} requires ${key}` });
  if (type === 'smtp' && has('username') !== (has('password') || has('password_file')))
    problems.push({ path, on: 'key', text: 'expected username and password, or neither' });
  return problems;
}

function urlProblems(name: string, { type, url, method, body }: NotifyTarget): Problem[] {
  const path: Path = ['notify', name, 'url'];
  const problems: Problem[] = [];
  if (url !== undefined) {
    const mail = /^smtps?:/.test(url);
    if (mail !== (type === 'smtp'))
      problems.push({ path, text: type === 'smtp' ? 'expected smtp:// or smtps://' : 'expected http:// or https://' });
    if (type !== 'webhook' && url.includes('{{'))
      problems.push({ path, text: 'only the url of a webhook has placeholders' });
    if (type === 'ntfy' && !/^https?:\/\/[^/]+\/[-_A-Za-z0-9]{1,64}$/.test(url))
      problems.push({ path, text: 'expected the topic in the url, as in https://ntfy.sh/my-secret-topic' });
  }
  if (method === 'GET' && body !== undefined)
    problems.push({
      path: ['notify', name, 'body'],
      on: 'key',
      text: 'a request by GET has no body; expected POST or PUT',
    });
  return problems;
}

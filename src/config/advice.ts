import { isLoopback } from '../stream/loopback.ts';
import { wildcardsIn } from '../stream/names/topic-filter.ts';
import { isLiteral } from './names.ts';
import { fieldsOf, tuningsOf } from './placed.ts';
import { valueAt, type Problem } from './problems.ts';
import type { Site } from './schema/site.ts';

/** Warnings about valid options that are probably a mistake, or not safe. `data` is the file as plain data, `site` the parsed site. */
export const advice = (site: Site, data: unknown): Problem[] => [
  ...mqttAdvice(site),
  ...homeAssistantAdvice(site),
  ...notifyAdvice(site),
  ...databaseAdvice(data),
  ...nameAdvice(data),
  ...pathAdvice(data),
  ...tuningAdvice(data),
];

function mqttAdvice({ mqtt }: Site): Problem[] {
  const { protocol, hostname } = new URL(mqtt.url);
  if (protocol === 'mqtts:' || protocol === 'wss:') return [];
  const problems: Problem[] = [];
  if (mqtt.password !== undefined && !isLoopback(hostname)) {
    problems.push({
      path: ['mqtt', 'url'],
      text: `the password is sent in clear text; ${protocol.replace(':', 's://')} would encrypt it`,
    });
  }
  const { rejectUnauthorized, ...files } = mqtt.tls;
  if (!rejectUnauthorized || Object.keys(files).length > 0) {
    problems.push({
      path: ['mqtt', 'tls'],
      on: 'key',
      text: `has no effect, since mqtt.url begins with ${protocol}//`,
    });
  }
  return problems;
}

function homeAssistantAdvice({ homeAssistant, commands }: Site): Problem[] {
  const { enabled, buttons } = homeAssistant;
  if (!enabled || !buttons || commands.mqtt) return [];
  const text =
    'Home Assistant gets no buttons, because commands over MQTT are off; expected commands.mqtt: true, or buttons: false here';
  return [{ path: ['home_assistant'], on: 'key', text }];
}

/** Mail has no such case: a password goes only over TLS. */
const notifyAdvice = ({ notify }: Site): Problem[] =>
  Object.entries(notify).flatMap(([name, { url = '', token, type }]) => {
    const secret = token !== undefined || type === 'slack' || type === 'webhook';
    const plain = url.startsWith('http://') && !isLoopback(/^http:\/\/(\[[^\]]*\]|[^/:]*)/.exec(url)?.[1] ?? '');
    if (!secret || !plain) return [];
    return [
      { path: ['notify', name, 'url'], text: 'alarms and tokens are sent in clear text; https:// would encrypt them' },
    ];
  });

const databaseAdvice = (data: unknown): Problem[] =>
  String(valueAt(data, ['database'])).startsWith('~')
    ? [{ path: ['database'], text: '"~" is not expanded and names a directory "~"; write the full path' }]
    : [];

/** Paths in the notations of other programs, which are valid here and lead to keys that no device has. */
const pathAdvice = (data: unknown): Problem[] =>
  fieldsOf(data)
    .filter(({ field }) => /^(?:\$\.|\/)/.test(field.path))
    .map(({ path, field }) => ({
      path: [...path, 'path'],
      text: `looks for a key ${JSON.stringify(field.path.split('.', 1)[0])}; a path is a list of keys with dots between them, such as ENERGY.Power`,
    }));

const nameAdvice = (data: unknown): Problem[] =>
  fieldsOf(data)
    .filter(({ input, field }) => isLiteral(field.name) && wildcardsIn(input.topic) > 0)
    .map(({ path, field }) => ({
      path: [...path, 'name'],
      text: `only the first topic that arrives becomes the series ${JSON.stringify(field.name)}; use {1} or {topic} in the name for one series per topic`,
    }));

/** Options of tbptt where another learner is used; those of the site count if any field or group uses tbptt. */
function tuningAdvice(data: unknown): Problem[] {
  const tunings = tuningsOf(data);
  return tunings.flatMap(({ path, own, merged }, i): Problem[] => {
    const concerned = i === 0 ? tunings : [tunings[i]];
    if (concerned.some(({ merged }) => merged.learner === 'tbptt')) return [];
    const given = [
      ...(own.horizon === undefined ? [] : ['horizon']),
      ...(own.trainEvery === undefined ? [] : ['train_every']),
    ];
    return given.map((key) => ({
      path: [...path, key],
      on: 'key',
      text: `has no effect: only tbptt uses it, and learner is ${merged.learner} here`,
    }));
  });
}

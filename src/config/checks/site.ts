import { slugify } from '../../stream/names/slug.ts';
import { wildcardsIn } from '../../stream/names/topic-filter.ts';
import { ONE_SERIES_KEYS } from '../schema/format.ts';
import { certificateProblems } from './certificates.ts';
import { clusterProblems } from './cluster.ts';
import { tooMuchInfluence } from '../influence.ts';
import { maintenanceProblems } from './maintenance.ts';
import { notifyProblems } from './notify.ts';
import { couldName, highestPlaceholder, isLiteral, settleName } from '../names.ts';
import { fieldsOf, listAt, sound, tuningsOf } from '../placed.ts';
import type { PlacedField, PlacedTuning } from '../placed.ts';
import { valueAt, type Problem } from '../problems.ts';
import { DEFAULT_NAME, FIELD_KEYS, INPUT_KEYS, inputSchema } from '../schema/input.ts';
import { mqttSchema } from '../schema/mqtt.ts';
import { didYouMean, nearest } from '../suggest.ts';
import * as v from '../schema/vocabulary.ts';

/*
 * Contradictions between options. Each check reads only sections that are valid by themselves, so that one mistake neither
 * hides the others nor is reported twice.
 */

/** Every contradiction in the file, given as plain data. */
export function contradictions(data: unknown): Problem[] {
  const fields = fieldsOf(data);
  const tunings = tuningsOf(data);
  return [
    ...mqttProblems(data),
    ...inputProblems(data),
    ...tunings.flatMap(mismatches),
    ...influenceProblems(tunings),
    ...nameProblems(fields),
    ...groupProblems(data, fields),
    ...maintenanceProblems(data, isNamed(data)),
    ...notifyProblems(data),
    ...clusterProblems(data),
  ];
}

/** Whether a group has this name, or an input may give a series of it. */
function isNamed(data: unknown): (name: string) => boolean {
  const groups = Object.keys(Object(valueAt(data, ['groups'])) as object);
  const possible = possibleNames(data);
  return (name) => groups.includes(name) || possible.some((couldBe) => couldBe(name));
}

function mqttProblems(data: unknown): Problem[] {
  const given = (name: string): boolean => valueAt(data, ['mqtt', name]) !== undefined;
  const problems: Problem[] = [];
  if (given('password') && given('password_file')) {
    problems.push({
      path: ['mqtt', 'password_file'],
      on: 'key',
      text: 'expected either password or password_file, not both',
    });
  }
  return [...problems, ...certificateProblems(data, ['mqtt'])];
}

function inputProblems(data: unknown): Problem[] {
  const prefix = sound(mqttSchema, valueAt(data, ['mqtt']))?.prefix;
  return listAt(data, ['inputs']).flatMap((input, i) => {
    const problems: Problem[] = [];
    const topic = valueAt(input, ['topic']);
    if (typeof topic === 'string' && prefix !== undefined && `${topic}/`.startsWith(`${prefix}/`)) {
      problems.push({
        path: ['inputs', i, 'topic'],
        text: `expected a topic outside ${JSON.stringify(prefix)}, because zankyo publishes under that prefix (mqtt.prefix)`,
      });
    }
    problems.push(...formatProblems(input, i));
    if (!Array.isArray(valueAt(input, ['fields']))) return problems;
    for (const key of FIELD_KEYS.filter((key) => valueAt(input, [key]) !== undefined)) {
      problems.push({
        path: ['inputs', i, key],
        on: 'key',
        text: 'expected in each element of fields; beside the topic only if there are no fields',
      });
    }
    return problems;
  });
}

/** Options of one series beside `fields: all`, and options of formats beside fields that are named one by one. */
function formatProblems(input: unknown, i: number): Problem[] {
  const given = (key: string): boolean => valueAt(input, [key]) !== undefined;
  const fields = valueAt(input, ['fields']);
  const one = Array.isArray(fields) ? ['fields'] : ONE_SERIES_KEYS.filter(given);
  const asked = ['format', 'include', 'exclude'].filter(
    (key) => given(key) && !['auto', ''].includes(String(valueAt(input, [key]))),
  );
  if (fields === 'all' && one.length > 0)
    return one.map((key) => ({
      path: ['inputs', i, key],
      on: 'key',
      text: 'expected beside a field of its own: fields: all reads many series, and the format gives them this',
    }));
  if (fields === 'all' || one.length === 0) return [];
  return asked.map((key) => ({
    path: ['inputs', i, key],
    on: 'key',
    text: `expected with fields: all; ${one[0]} names what this input reads`,
  }));
}

/** Options of one section that do not fit together; reported where at least one of them was given. */
function mismatches({ path, own, merged }: PlacedTuning): Problem[] {
  const problems: Problem[] = [];
  const { cell, peepholes, learner, horizon, trainEvery } = merged;
  if (peepholes && cell !== 'lstm' && (own.peepholes ?? own.cell) !== undefined) {
    const key = own.peepholes === undefined ? 'cell' : 'peepholes';
    problems.push({
      path: [...path, key],
      text: `only an lstm has peepholes, and cell is ${cell} here; expected cell: lstm or peepholes: false`,
    });
  }
  if (learner === 'tbptt' && trainEvery > horizon && (own.learner ?? own.trainEvery ?? own.horizon) !== undefined) {
    const key = own.trainEvery !== undefined ? 'train_every' : own.horizon !== undefined ? 'horizon' : 'learner';
    problems.push({
      path: [...path, key],
      text: `expected train_every of at most horizon; got train_every ${trainEvery} and horizon ${horizon}`,
    });
  }
  return problems;
}

/** Networks too large for their learner, each reported where its size was last spoken of. */
function influenceProblems(tunings: readonly PlacedTuning[]): Problem[] {
  const [site] = tunings;
  return tunings.flatMap((tuning): Problem[] => {
    const { path, own, merged, series } = tuning;
    const text = tooMuchInfluence(merged, series);
    if (text === null) return [];
    if (own.hiddenSize !== undefined) return [{ path: [...path, 'hidden_size'], text }];
    if (own.learner !== undefined) return [{ path: [...path, 'learner'], text }];
    if ((own.cell ?? own.peepholes) !== undefined) return [{ path, on: 'key', text }];
    // A group adds only its number of series; a value that is too large for one series has been reported at the site.
    const inherited = tooMuchInfluence(site.merged, 1) !== null;
    return inherited ? [] : [{ path: [...path.slice(0, -1), 'series'], on: 'key', text }];
  });
}

function nameProblems(fields: readonly PlacedField[]): Problem[] {
  const taken = new Set<string>();
  return fields.flatMap(({ path, input, field: { name, label } }): Problem[] => {
    if (input.all?.bareNumbers === true) return []; // its format names the series
    const problem = (text: string): Problem[] => [{ path: [...path, 'name'], text }];
    const asked = highestPlaceholder(name);
    const there = wildcardsIn(input.topic);
    if (asked > there) return problem(`{${asked}} asks for wildcard ${asked}, and the topic has ${there}`);
    if (name === '') return problem('expected a name with at least one letter a-z or digit');
    if (label !== undefined && !isLiteral(name))
      return [
        {
          path: [...path, 'label'],
          text: `one label, and the name ${JSON.stringify(name)} gives several series; expected a name without {1} or {topic}, or no label`,
        },
      ];
    const series = isLiteral(name) ? name : `${name} of ${input.topic}`;
    if (taken.has(series)) return problem(`series ${JSON.stringify(name)} is used above; expected a unique name`);
    taken.add(series);
    return [];
  });
}

function groupProblems(data: unknown, fields: readonly PlacedField[]): Problem[] {
  const literal = fields.filter(({ input, field }) => input.all?.bareNumbers !== true && isLiteral(field.name));
  const names = literal.map(({ field }) => field.name);
  const possible = possibleNames(data);
  const groupOf = new Map<string, string>();
  const problems: Problem[] = [];
  for (const name of Object.keys(Object(valueAt(data, ['groups'])) as object)) {
    if (names.includes(name)) {
      problems.push({
        path: ['groups', name],
        on: 'key',
        text: `expected a name that is not the name of a series; ${JSON.stringify(name)} is one of inputs`,
      });
    }
    for (const [i, given] of listAt(data, ['groups', name, 'series']).entries()) {
      const series = sound(v.slug(), given);
      if (series === null) continue;
      const path = ['groups', name, 'series', i];
      const other = groupOf.get(series);
      if (other !== undefined) {
        problems.push({
          path,
          text: `series ${JSON.stringify(series)} is already in group ${other}; a series can be in one group only`,
        });
      }
      groupOf.set(series, name);
      if (!possible.some((couldBe) => couldBe(series))) {
        problems.push({ path, text: `no input gives a series ${JSON.stringify(series)}${didYouMean(series, names)}` });
      }
    }
  }
  for (const { path, field } of literal) {
    const group = groupOf.get(field.name);
    if (group === undefined || Object.keys(field.tuning).length === 0) continue;
    problems.push({
      path: [...path, 'tuning'],
      on: 'key',
      text: `group ${group} learns series ${JSON.stringify(field.name)}; put this under groups.${group}.tuning`,
    });
  }
  return problems;
}

/** Whether a series may have this name. */
type Possible = (series: string) => boolean;
const any: Possible = () => true;

/** The names that the inputs may give, also those of inputs with a mistake elsewhere. */
const possibleNames = (data: unknown): readonly Possible[] =>
  listAt(data, ['inputs']).flatMap((input) => {
    const topic = sound(v.topicFilter(), valueAt(input, ['topic']));
    const several = listAt(input, ['fields']);
    const own = (several.length > 0 ? several : [input]).map((field): Possible => {
      const path = sound(v.jsonPath(), valueAt(field, ['path']) ?? '');
      const name = sound(v.nameTemplate(), valueAt(field, ['name']) ?? DEFAULT_NAME);
      if (name === null || hasMisspeltName(field)) return any;
      if (!isLiteral(name) && (topic === null || path === null)) return any;
      const settled = settleName(name, topic ?? '', path ?? '');
      return (series) => couldName(settled, series);
    });
    return [...own, ...(topic === null ? [] : namesOfAll(input, topic))];
  });

/** Of an input that reads every number: its format makes the names from the levels of the topic, or from the last of them. */
function namesOfAll(input: unknown, topic: string): readonly Possible[] {
  const all = sound(inputSchema, input)?.all ?? null;
  if (all === null) return [];
  if (all.bareNumbers || wildcardsIn(topic) > 0) return [any];
  const levels = topic.split('/');
  const devices = levels.map((_, i) => `${slugify(levels.slice(i).join(' '))}-`);
  return [(series) => devices.some((device) => series.startsWith(device))];
}

/** Whether an unknown option is probably a misspelt one that determines the name. */
const hasMisspeltName = (field: unknown): boolean =>
  Object.keys(Object(field) as object).some(
    (key) => !FIELD_KEYS.includes(key) && !INPUT_KEYS.includes(key) && nearest(key, NAMING_KEYS) !== null,
  );

const NAMING_KEYS = ['name', 'path', 'topic', 'fields'];

import { certificateProblems } from './certificates.ts';
import { layoutOf } from '../cluster-layout.ts';
import { clusterSchema } from '../schema/cluster.ts';
import { groupsOf, listAt, sound } from '../placed.ts';
import { valueAt, type Problem } from '../problems.ts';
import { inputSchema } from '../schema/input.ts';

/** A site with this name would have the streams of a hub. */
const HUB = 'hub';

/** Mistakes of a site that is to run as a cluster; none where there is no `cluster`, or it is not right in itself. */
export function clusterProblems(data: unknown): Problem[] {
  const given = valueAt(data, ['cluster']);
  if (given === undefined) return [];
  const cluster = sound(clusterSchema, given);
  if (cluster === null) return [];
  const problems: Problem[] = [];
  if (Object.keys(Object(valueAt(data, ['notify'])) as object).length > 0)
    problems.push({
      path: ['notify'],
      on: 'key',
      text: 'the workers of a cluster send no notifications; expected no targets, and a program that reads the alerts',
    });
  if (valueAt(data, ['home_assistant', 'enabled']) === true)
    problems.push({
      path: ['home_assistant', 'enabled'],
      text: 'the workers of a cluster publish nothing for Home Assistant; expected false',
    });
  if (typeof valueAt(data, ['workers']) === 'number')
    problems.push({
      path: ['workers'],
      text: 'the workers of a cluster have no threads; expected off, and more workers on this machine',
    });
  if (valueAt(data, ['site']) === HUB)
    problems.push({
      path: ['site'],
      text: `expected another name than ${HUB}, because zankyo-${HUB}-alerts is the stream with the alerts of all sites`,
    });
  problems.push(...certificateProblems(data, ['cluster']));
  const inputs = listAt(data, ['inputs']).map((input) => sound(inputSchema, input));
  const known = inputs.filter((input) => input !== null);
  if (known.length < inputs.length) return problems;
  const groups = Object.fromEntries(groupsOf(data).map(({ name, group }) => [name, group]));
  const layout = layoutOf({ inputs: known, groups, cluster }).problems;
  return [
    ...problems,
    ...layout.map(({ path, text }): Problem => ({
      path: [...path],
      text,
      ...(path[0] === 'groups' ? { on: 'key' } : {}),
    })),
  ];
}

import { isSeq, parseDocument } from 'yaml';
import { loadSiteText } from '../../../config/load.ts';
import { readText } from '../../../config/yaml-file.ts';
import type { Site } from '../../../config/schema/site.ts';
import { AppError } from '../../../errors.ts';
import { inputItems, siteYaml } from '../../discover/site-yaml.ts';
import { patternsFor } from '../../discover/exclude.ts';
import { namedInputs } from '../../discover/named-inputs.ts';
import type { ProposedField, ProposedInput, Proposal } from '../../discover/proposal.ts';
import type { ChosenYaml } from '../contract/setup.ts';
import { keyOf } from './found.ts';

/** Problems and warnings that are shown. */
const MAX_LINES = 50;
/** The name of a file that does not exist yet, in messages. */
const NEW_FILE = 'site.yaml';

/**
 * The inputs with only the chosen fields. Where the others would need more patterns in `exclude` than the chosen ones need lines, the
 * chosen ones are named.
 */
export const chosenInputs = ({ inputs }: Proposal, keys: ReadonlySet<string>): readonly ProposedInput[] =>
  inputs.flatMap((input) => {
    const fields = input.fields.filter((field) => keys.has(keyOf(field)));
    if (fields.length === 0) return [];
    if (!input.all || fields.length === input.fields.length) return [{ ...input, fields }];
    const sourceOf = ({ from }: ProposedField) => from;
    const others = input.fields.filter((field) => !fields.includes(field));
    const patterns = patternsFor(others.map(sourceOf), fields.map(sourceOf));
    const canBeNamed = fields.every(({ from }) => from.path !== null);
    if (canBeNamed && fields.length < patterns.length) return namedInputs(fields, input);
    return [{ ...input, fields, exclude: [...input.exclude, ...patterns] }];
  });

/**
 * The chosen inputs as YAML, and what the program says of the whole file: with a site file `file` they are lines for the end of its
 * list `inputs`, and the file with them is checked; without one they are a new file for the broker of `site`. Nothing is written.
 */
export function chosenYaml(inputs: readonly ProposedInput[], site: Site, file: string | null): ChosenYaml {
  const series = inputs.reduce((sum, { fields }) => sum + fields.length, 0);
  if (inputs.length === 0) return { ...{ mode: file === null ? 'whole' : 'add', yaml: '', series }, ...NOTHING };
  if (file === null) {
    const yaml = wholeFile(inputs, site, series);
    return { mode: 'whole', yaml, series, ...checked(() => yaml, NEW_FILE) };
  }
  const indent = indentIn(file);
  const lines = inputItems(inputs)
    .join('\n')
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(indent) + line.slice(2)));
  const yaml = `${lines.join('\n')}\n`;
  const check = checked(() => withItems(readText(file), yaml, inputs), file);
  const taken = takenNames(inputs, site);
  return {
    ...{ mode: 'add', yaml, series, ok: check.ok && taken.length === 0 },
    ...{ problems: [...check.problems, ...taken].slice(0, MAX_LINES), warnings: check.warnings },
  };
}

/** Names that an input with `fields: all` would give a second time. The check of a file does not know what such an input reads. */
const takenNames = (inputs: readonly ProposedInput[], site: Site): readonly string[] => {
  const known = new Set(site.inputs.flatMap(({ all, fields }) => (all === null ? fields.map(({ name }) => name) : [])));
  return inputs.flatMap(({ all, fields }) =>
    fields.flatMap(({ name, from }) =>
      all && known.has(name) ? [`${from.topic}: another input of the site has a series ${name}`] : [],
    ),
  );
};

const NOTHING = { ok: false, problems: ['Nothing is chosen.'], warnings: [] };

/** Loads the text as the program would, and reports all its mistakes. Secrets are not repeated in them (config/load.ts). */
function checked(text: () => string, path: string): Pick<ChosenYaml, 'ok' | 'problems' | 'warnings'> {
  try {
    return { ok: true, problems: [], warnings: loadSiteText(text(), path).warnings.slice(0, MAX_LINES) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ok: false, problems: error.message.split('\n').slice(0, MAX_LINES), warnings: [] };
  }
}

/** The number of spaces before an item of the list `inputs` of a file; 2 where the file cannot be read. */
function indentIn(file: string): number {
  try {
    const text = readText(file);
    const start = listIn(text)?.[0];
    return start === undefined ? 2 : start - 1 - text.lastIndexOf('\n', start - 1);
  } catch {
    return 2;
  }
}

/** Begin and end of the block list `inputs`; null where it is not written with an item on each line. */
function listIn(text: string): readonly [number, number] | null {
  const list: unknown = parseDocument(text, { logLevel: 'error' }).get('inputs', true);
  if (!isSeq(list) || list.flow === true || list.items.length === 0) return null;
  return [list.range![0], list.range![1]];
}

/** The file with more items at the end of its list `inputs`. */
function withItems(text: string, items: string, inputs: readonly ProposedInput[]): string {
  const list = listIn(text);
  if (list !== null) {
    const before = text.slice(0, list[1]);
    return `${before}${before.endsWith('\n') ? '' : '\n'}${items}${text.slice(list[1])}`;
  }
  const document = parseDocument(text, { logLevel: 'error' });
  const added = parseDocument(`inputs:\n${inputItems(inputs).join('\n')}`).toJS() as { inputs: unknown[] };
  for (const input of added.inputs) document.addIn(['inputs'], input);
  return String(document);
}

function wholeFile(inputs: readonly ProposedInput[], site: Site, series: number): string {
  const { mqtt, timezone } = site;
  const { rejectUnauthorized, serverName, ...files } = mqtt.tls;
  const tls = {
    ...files,
    ...(serverName === undefined ? {} : { server_name: serverName }),
    ...(rejectUnauthorized ? {} : { reject_unauthorized: false }),
  };
  const head = { site: site.site, timezone: timezone ?? 'UTC', url: mqtt.url, username: mqtt.username ?? null };
  const proposal: Proposal = {
    ...{ inputs, groups: [], series, notProposed: [], skipped: [], inputsBeyond: 0 },
  };
  return siteYaml({ ...head, password: null, tls: head.url.startsWith('mqtt:') ? {} : tls }, proposal, {
    about: [
      `Made on the page Setup of zankyo: ${inputs.length} inputs. The comments behind the options are the values that were seen.`,
      'Names, units and ranges come from the formats: check the units. docs/configuration.md explains each option.',
      ...(mqtt.password === undefined
        ? []
        : ['The password of the broker is not in this file: add password_file or !secret.']),
    ],
    groups: false,
    credential: null,
  });
}

import { readFileSync } from 'node:fs';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, YAMLError } from 'yaml';
import { AppError } from '../errors.ts';
import { pathText, type Path, type Problem } from './problems.ts';

/** A parsed YAML file that still knows where everything stands. */
export interface YamlFile {
  readonly path: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** Reads and parses. Throws `config_unreadable` with one line for every mistake that makes the file invalid YAML. */
export const readYaml = (path: string): YamlFile => parseYaml(readText(path), path);

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'this is a directory; name a file',
};

/** The text of a file. Throws `config_unreadable`. */
export function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    const why = UNREADABLE[code] ?? 'this user may not read it; change its owner or mode';
    throw new AppError('config_unreadable', `${path}: ${why}`, { cause });
  }
  // Text of this encoding is no mistake of YAML: it would be one word, with everything in it.
  if (['fffe', 'feff'].includes(bytes.toString('hex', 0, 2)))
    throw new AppError('config_unreadable', `${path}: its encoding is UTF-16; save it as UTF-8`);
  return bytes.toString();
}

/** The same for a text that is, or would be, the content of `path`. */
export function parseYaml(text: string, path: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const errors = independent(document.errors, lines);
  const faults =
    errors.length > 0
      ? errors.map((error) => ({ offset: error.pos[0], text: faultText(error, text), cause: error }))
      : unresolvedAliases(document);
  if (faults.length > 0) {
    const message = faults
      .map(({ offset, text }) => `${path}:${position(lines, offset)}: not YAML: ${text}`)
      .join('\n');
    throw new AppError('config_unreadable', message, { cause: faults[0].cause });
  }
  return { path, document, lines };
}

/** Errors of a parser that has lost the structure of the file. */
const FOLLOWING = /in YAML stream|^A block sequence may not|^Implicit keys need to be on a single line/;
/** The list that is no key of a section lacks the value of one, too. */
const LIST_AS_KEY = 'A block sequence may not';

/**
 * The errors that do not follow from another one: the first of each line, and none of those that the parser reports for every
 * token once it has lost the structure of the file ("in YAML stream"), unless that is the first error.
 */
function independent(errors: readonly YAMLError[], lines: LineCounter): readonly YAMLError[] {
  const seen = new Set<number>();
  const list = errors.findIndex(({ message }) => message.startsWith(LIST_AS_KEY));
  return errors.filter((error, i) => {
    const { line } = lines.linePos(error.pos[0]);
    if (list >= 0 && i > list && error.message.startsWith('Implicit map keys need')) return false;
    if (seen.has(line) || (i > 0 && FOLLOWING.test(error.message))) return false;
    seen.add(line);
    return true;
  });
}

/** An option that takes a JSON path, up to its value, and a plain value with a bracket in it. */
const UNQUOTED_PATH = /\b(path|each|time):[ \t]+([^\s'"{}[\],][^\s'{},]*\[[^\s'{},]*|\[[^\s'{},]*)/;

/**
 * The mistake, and the remedy where it is a pair of quotes. The parser repeats the text at which it stopped, which may be a
 * password: the repetition is left out, and only a JSON path is repeated here.
 */
function faultText({ code, message, pos }: YAMLError, text: string): string {
  if (code === 'DUPLICATE_KEY') return 'the same key twice in one section';
  const shift = indentationText(code, message, text.slice(pos[0]).split('\n', 1)[0]);
  if (shift !== null) return shift;
  const path = UNQUOTED_PATH.exec(lineAt(text, pos[0]));
  if (code === 'UNEXPECTED_TOKEN' && path !== null)
    return `a value with brackets in it must be in quotes; write ${path[1]}: '${path[2]}'`;
  const needsQuotes = code === 'BAD_SCALAR_START' || (code === 'UNEXPECTED_TOKEN' && message.endsWith('at node end'));
  return message.replace(/: ".*"$/s, '') + (needsQuotes ? '; put the value in quotes' : '');
}

/** What a line with the wrong indentation looks like to the parser; `rest` is the line from the error on. Null for another error. */
function indentationText(code: YAMLError['code'], message: string, rest: string): string | null {
  if (
    message.startsWith('All mapping items must start') ||
    message.startsWith('Sequence item without') ||
    message.startsWith(LIST_AS_KEY)
  )
    return 'this line is indented more or less than the other options of its section';
  if (code !== 'BLOCK_AS_IMPLICIT_KEY' || !message.startsWith('Nested mappings')) return null;
  return /:(?:\s|$)/.test(rest)
    ? 'a value with ": " in it must be in quotes'
    : 'the line below is indented more than this one, which has a value already';
}

const lineAt = (text: string, offset: number): string =>
  text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0];

function unresolvedAliases(document: Document.Parsed): { offset: number; text: string; cause?: Error }[] {
  const faults: { offset: number; text: string }[] = [];
  walk(document.contents, [], (node) => {
    if (!isAlias(node) || node.resolve(document) !== undefined) return;
    faults.push({ offset: node.range![0], text: `no anchor "&${node.source}" before this alias` });
  });
  return faults;
}

/**
 * The file as plain data. A key with nothing behind it counts as not given, so that a section whose options are all
 * commented out is the same as no section.
 */
export function plainData(file: YamlFile): unknown {
  try {
    return dropNulls(file.document.toJS()) ?? {};
  } catch (cause) {
    // Aliases of aliases that would unfold into an enormous file, or an alias inside of what it stands for.
    const why =
      cause instanceof RangeError ? 'nested too deep, or an alias within its own anchor' : (cause as Error).message;
    throw new AppError('config_unreadable', `${file.path}: ${why}`, { cause });
  }
}

function dropNulls(data: unknown): unknown {
  if (data === null) return undefined;
  if (Array.isArray(data)) return data.map(dropNulls);
  if (typeof data !== 'object') return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, dropNulls(value)]));
}

/** Every node that stands as a value, with its path; sections and lists after their contents. */
export function forEachValue(file: YamlFile, visit: (node: Node, path: Path) => void): void {
  walk(file.document.contents, [], visit);
}

function walk(node: unknown, path: Path, visit: (node: Node, path: Path) => void): void {
  if (isMap(node)) for (const { key, value } of node.items) walk(value, [...path, String(key)], visit);
  if (isSeq(node)) for (const [i, item] of node.items.entries()) walk(item, [...path, i], visit);
  if (isNode(node)) visit(node, path);
}

/** One line for each problem, in the order of the file: `site.yaml:8:5: inputs[0].path: …`. */
export function problemLines(file: YamlFile, problems: readonly Problem[]): string[] {
  const lines = problems
    .map(({ path, text, on = 'value' }) => ({
      path,
      text: text + remark(file, path),
      offset: offsetOf(file, path, on),
    }))
    .sort((a, b) => a.offset - b.offset)
    .map(({ path, text, offset }) => {
      const place = `${file.path}:${position(file.lines, offset)}`;
      return path.length === 0 ? `${place}: ${text}` : `${place}: ${pathText(path)}: ${text}`;
    });
  return [...new Set(lines)];
}

/** An option without a value, and a comment where the value was meant to be, as in `topic: #`. */
function remark({ document }: YamlFile, path: Path): string {
  const node = path.length === 0 ? undefined : document.getIn(path, true);
  return isScalar(node) && node.value === null && typeof node.comment === 'string'
    ? '. "#" begins a comment here; put the value in quotes'
    : '';
}

/** Offset of a path, or of its nearest ancestor when the file has nothing there. */
function offsetOf(file: YamlFile, path: Path, on: 'key' | 'value'): number {
  let node: unknown = file.document.contents;
  let offset = 0;
  for (const [depth, key] of path.entries()) {
    if (isAlias(node)) node = node.resolve(file.document);
    const pair = isMap(node) ? node.items.find((item) => String(item.key) === String(key)) : undefined;
    const child = pair === undefined && isSeq(node) ? node.items[Number(key)] : pair?.value;
    if (pair === undefined && child === undefined) return offset;
    const value = startOf(child);
    const wanted = depth === path.length - 1 && on === 'value' ? value : null;
    offset = wanted ?? startOf(pair?.key) ?? value ?? offset;
    node = child;
  }
  return offset;
}

/** Where a node begins; null for one that is not written out, such as the nothing behind `key:`. */
export function startOf(node: unknown): number | null {
  if (isScalar(node) && node.source === '' && node.type === 'PLAIN') return null;
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

export function position(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}

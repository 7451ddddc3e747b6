import { Document, isMap, isScalar, isSeq, type Scalar } from 'yaml';
import { position, startOf } from '../yaml-file.ts';
import { pathText, type Path } from '../problems.ts';
import { tagAt, type Layers } from './layers.ts';
import { placeOf } from './place.ts';

const HIDDEN = '***';
/** Options of a target of `notify` that are neither an address nor a secret. */
const OPEN = ['type', 'events', 'severity', 'per'];
const PASSWORDS = ['mqtt.password', 'cluster.password'];

/**
 * The options of a site file and its bases as one YAML text, each with the file and line that it comes from. Defaults are not in it. A
 * tag stands as written; a secret in the file is `***`.
 */
export function resolvedText(files: Layers): string {
  const document = new Document(files.data);
  visit(document.contents, [], (scalar, path) => {
    const { layer, path: own } = placeOf(files.layers, path);
    const tag = tagAt(layer, own);
    if (tag !== null) [scalar.tag, scalar.value] = tag.split(' ', 2);
    else if (isSecret(path)) scalar.value = HIDDEN;
    const node = layer.file.document.getIn(own, true);
    const line = position(layer.file.lines, startOf(node) ?? 0).split(':', 1)[0];
    scalar.comment = ` ${layer.file.path}:${line}`;
  });
  return `${document.toString({ lineWidth: 0 }).trimEnd()}\n`;
}

const isSecret = (path: Path): boolean =>
  PASSWORDS.includes(pathText(path)) || (path[0] === 'notify' && !OPEN.includes(String(path[2])));

function visit(node: unknown, path: Path, each: (scalar: Scalar, path: Path) => void): void {
  if (isMap(node)) for (const { key, value } of node.items) visit(value, [...path, String(key)], each);
  if (isSeq(node)) for (const [i, item] of node.items.entries()) visit(item, [...path, i], each);
  if (isScalar(node)) each(node, path);
}

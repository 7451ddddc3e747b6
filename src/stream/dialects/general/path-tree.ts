/** A place in JSON documents: its path as one text is made once, not for every message. */
export interface PathNode {
  /** Keys from the root, with a dot between; '' for the root. */
  readonly path: string;
  readonly depth: number;
  readonly below: Map<string, PathNode>;
}

/** Places that are kept; those beyond are made anew for every message. */
const MAX_NODES = 20_000;
/** Deeper members are not read. */
export const MAX_DEPTH = 8;

/** The places that a mapper has met, in a tree. */
export class PathTree {
  private count = 0;

  /** A root, such as one for each topic, with the text before its paths. */
  root(path = ''): PathNode {
    return { path, depth: 0, below: new Map() };
  }

  /** The place of a key below another. */
  at(node: PathNode, key: string): PathNode {
    const known = node.below.get(key);
    if (known !== undefined) return known;
    const made = { path: node.path === '' ? key : `${node.path}.${key}`, depth: node.depth + 1, below: new Map() };
    if (this.count < MAX_NODES) {
      this.count++;
      node.below.set(key, made);
    }
    return made;
  }
}

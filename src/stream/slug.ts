const MAX_LENGTH = 64;
const PLACEHOLDER = /\{([^{}]*)\}/g;

/**
 * A text as `[a-z0-9_-]*`, at most 64 characters: accents are dropped (NFKD), case too, and every run of other
 * characters becomes one `-`. It begins and ends with a letter or digit, so that `__proto__` is no slug; empty when none
 * is left. A slug is its own slug.
 */
export const slugify = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[_-]+/, '')
    .slice(0, MAX_LENGTH)
    .replace(/[_-]+$/, '');

/** The slug of the series that a field of a topic feeds; `captured` is what the topic's wildcards stand for. */
export type NameTemplate = (topic: string, captured: readonly string[]) => string;

/**
 * Compiles a name such as `{1}-temperature`: `{n}` is the filter's n-th wildcard, `{topic}` the whole topic.
 * Throws RangeError on a placeholder that means nothing under a filter with so many wildcards.
 */
export const compileName = (template: string, wildcards: number): NameTemplate => {
  for (const [placeholder, name] of template.matchAll(PLACEHOLDER)) {
    const isWildcard = /^[1-9]\d*$/.test(name) && Number(name) <= wildcards;
    if (name !== 'topic' && !isWildcard)
      throw new RangeError(`name "${template}": ${placeholder} is neither {topic} nor one of ${wildcards} wildcards`);
  }
  return (topic, captured) =>
    slugify(
      template.replace(PLACEHOLDER, (_, name: string) => (name === 'topic' ? topic : captured[Number(name) - 1])),
    );
};

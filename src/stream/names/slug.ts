const MAX_LENGTH = 64;
const PLACEHOLDER = /\{([^{}]*)\}/g;

/** A slug, written by hand or made by `slugify`, whose result is one unless it is empty. */
export const SLUG = /^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/;

/**
 * A text as `[a-z0-9_-]*`, at most 64 characters: accents are removed (NFKD), letters become lower case, and every run of
 * other characters becomes one `-`. It begins and ends with a letter or digit, so `__proto__` is not a slug; it is empty when
 * the text has no letter a-z and no digit. slugify(slug) = slug.
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

/** The slug of the series of a field and a topic; `captured` has the parts of the topic that the wildcards match. */
export type NameTemplate = (topic: string, captured: readonly string[]) => string;

/**
 * Compiles a name such as `{1}-temperature`: `{n}` is the filter's n-th wildcard, `{topic}` the whole topic.
 * Throws RangeError on a placeholder other than `{topic}` and `{1}` to `{wildcards}`.
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

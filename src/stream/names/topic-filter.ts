/** The part that each wildcard matches, in order (`#` as one string with slashes); null when the topic does not match. */
export type TopicMatcher = (topic: string) => string[] | null;

/** The number of wildcards in a filter, which is the number of strings in a match. */
export const wildcardsIn = (filter: string): number =>
  filter.split('/').filter((level) => level === '+' || level === '#').length;

/** Whether `wide` matches every topic that `narrow` matches: then `narrow` needs no subscription. */
export const covers = (wide: string, narrow: string): boolean => {
  if (/^[+#]/.test(wide) && narrow.startsWith('$')) return false;
  const levels = narrow.split('/');
  const wider = wide.split('/');
  for (let i = 0; i < wider.length; i++) {
    if (wider[i] === '#') return true;
    if (i >= levels.length || levels[i] === '#') return false;
    if (wider[i] !== '+' && wider[i] !== levels[i]) return false;
  }
  return wider.length === levels.length;
};

/**
 * Compiles an MQTT topic filter (MQTT 5.0, section 4.7). `a/#` also matches `a` itself, with '' for the wildcard, and a
 * leading wildcard does not match topics that begin with `$`.
 * Throws RangeError on a filter that a broker would refuse.
 */
export const compileFilter = (filter: string): TopicMatcher => {
  const levels = filter.split('/');
  if (filter === '' || filter.includes('\0')) throw new RangeError(`topic filter "${filter}" is empty or contains NUL`);
  levels.forEach((level, i) => {
    if (level.length > 1 && /[+#]/.test(level))
      throw new RangeError(`topic filter "${filter}": a wildcard must fill its level, "${level}" does not`);
    if (level === '#' && i < levels.length - 1)
      throw new RangeError(`topic filter "${filter}": # can only be the last level`);
  });
  const sparesSystemTopics = levels[0] === '+' || levels[0] === '#';

  return (topic) => {
    if (topic === '' || (sparesSystemTopics && topic.startsWith('$'))) return null;
    const parts = topic.split('/');
    const captured: string[] = [];
    for (let i = 0; i < levels.length; i++) {
      if (levels[i] === '#') {
        captured.push(parts.slice(i).join('/'));
        return captured;
      }
      if (i >= parts.length) return null;
      if (levels[i] === '+') captured.push(parts[i]);
      else if (levels[i] !== parts[i]) return null;
    }
    return parts.length === levels.length ? captured : null;
  };
};

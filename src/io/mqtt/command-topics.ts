/** The topics of a site's commands and their answers. */
export interface CommandTopics {
  readonly filters: readonly string[];
  /** Whether commands are published on a topic. */
  accepts(topic: string): boolean;
  /** The series that a topic of commands names; null for the topic of the site. */
  seriesOf(topic: string): string | null;
  /** On which the files of the command import arrive, in parts. */
  readonly importTopic: string;
  /** On which the service publishes the files of the command export, in parts. */
  readonly learnedTopic: string;
  /** Where the answer to a command is published; `series` null: on the topic of the site. */
  replyTopic(series: string | null): string;
}

/**
 * `<prefix>/<site>/cmd`, `<prefix>/<site>/series/<slug>/cmd`, and each with `/reply`; `<prefix>/<site>/cmd/import` and
 * `<prefix>/<site>/learned` for learned states.
 */
export const commandTopics = (prefix: string, site: string): CommandTopics => {
  const ofSite = `${prefix}/${site}/cmd`;
  const [before, after] = [`${prefix}/${site}/series/`, '/cmd'];
  const seriesOf = (topic: string): string | null =>
    topic.startsWith(before) && topic.endsWith(after) ? topic.slice(before.length, -after.length) : null;
  const importTopic = `${ofSite}/import`;
  return {
    filters: [ofSite, `${before}+${after}`, importTopic],
    importTopic,
    learnedTopic: `${prefix}/${site}/learned`,
    accepts: (topic) => {
      const series = seriesOf(topic);
      return topic === ofSite || (series !== null && !series.includes('/'));
    },
    seriesOf,
    replyTopic: (series) => `${series === null ? ofSite : `${before}${series}${after}`}/reply`,
  };
};

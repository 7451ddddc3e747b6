/** `<prefix>/device/zankyo-<site>/config`: the device of the site. The object id may have a-z, A-Z, 0-9, _ and -, as a site has. */
export const siteConfigTopic = (prefix: string, site: string): string => `${prefix}/device/zankyo-${site}/config`;

/** `<prefix>/device/zankyo-<site>/<slug>/config`: the entities of a series or group. The site is the node id. */
export const seriesConfigTopic = (prefix: string, site: string, slug: string): string =>
  `${prefix}/device/zankyo-${site}/${slug}/config`;

/** Whether a topic is one of these two of the site, under any prefix: an earlier run may have had another one. */
export const isConfigTopic = (topic: string, site: string): boolean => {
  const levels = topic.split('/');
  if (levels.pop() !== 'config') return false;
  return [levels.length - 1, levels.length - 2].some(
    (i) => i > 0 && levels[i] === `zankyo-${site}` && levels[i - 1] === 'device',
  );
};

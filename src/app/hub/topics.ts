/** What a message of a site is about; `slug` for a series or group. */
export type HubTopic =
  | { readonly kind: 'status' | 'health' | 'incident' | 'reply'; readonly site: string }
  | { readonly kind: 'state' | 'event' | 'reply'; readonly site: string; readonly slug: string };

const NAME = '[a-z0-9][a-z0-9_-]{0,127}';

/** The filters for all that sites publish. */
export const hubFilters = (prefix: string): readonly string[] =>
  [
    ...['status', 'health', 'incident/event', 'cmd/reply', 'learned'],
    ...['series/+/event', 'series/+/state', 'series/+/cmd/reply'],
  ].map((rest) => `${prefix}/+/${rest}`);

/** Reads a topic; null for one of another form, or with a name that no site can have. */
export function topicReader(prefix: string): (topic: string) => HubTopic | null {
  const before = `${prefix}/`;
  const sitePattern = new RegExp(`^(${NAME})/(status|health|incident/event|cmd/reply)$`);
  const seriesPattern = new RegExp(`^(${NAME})/series/(${NAME})/(event|state|cmd/reply)$`);
  const kinds = { 'incident/event': 'incident', 'cmd/reply': 'reply', status: 'status', health: 'health' } as const;
  const seriesKinds = { event: 'event', state: 'state', 'cmd/reply': 'reply' } as const;
  return (topic) => {
    if (!topic.startsWith(before)) return null;
    const rest = topic.slice(before.length);
    const site = sitePattern.exec(rest);
    if (site !== null) return { kind: kinds[site[2] as keyof typeof kinds], site: site[1] };
    const series = seriesPattern.exec(rest);
    if (series === null) return null;
    return { kind: seriesKinds[series[3] as keyof typeof seriesKinds], site: series[1], slug: series[2] };
  };
}

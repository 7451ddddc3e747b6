import type { Context, Hono } from 'hono';
import type { AnomalyKind, Severity } from '../../../detect/episode/anomaly.ts';
import { EVENT_ID } from '../../../io/mqtt/request-fields.ts';
import { IncidentTable, type AlarmFilter } from '../../../io/sqlite/tables/incident-table.ts';
import type { Period } from '../../../io/sqlite/tables/period.ts';
import { DAY_MS } from '../../../math/time.ts';
import { KINDS, SEVERITIES } from '../../report/summary.ts';
import type { Refusal } from '../contract.ts';
import type { IncidentsBody, IncidentStory } from '../contract/incidents.ts';
import { incidentsBody, membersOf, storyOf, type NamedSeries } from '../incidents.ts';
import { Recent } from '../recent.ts';
import type { DashboardSources } from '../sources.ts';

type IncidentSources = Pick<DashboardSources, 'now' | 'db' | 'pipeline'>;

const USUAL_MS = 7 * DAY_MS;

const NOT_READ: Refusal = {
  code: 'not_read',
  text: 'since and until are times in epoch ms, span is a time in ms; kind and severity are one of their words.',
};
const NONE: Refusal = { code: 'no_incident', text: 'There is no such incident; it may be older than retention.keep.' };

/** `GET api/incidents`: lanes and list of a period; `GET api/incidents/<id>`: the story of one. */
export const incidentsRoutes =
  ({ now, db, pipeline }: IncidentSources) =>
  (app: Hono): void => {
    const incidents = new IncidentTable(db);
    const recent = new Recent<IncidentsBody>();
    const series = (): readonly NamedSeries[] => (pipeline()?.streams() ?? []).flatMap((status) => status.series);
    app.get('/api/incidents', (context) => {
      const period = periodIn(context, now());
      const filter = filterIn(context);
      if (period === null || filter === null) return context.json(NOT_READ, 400);
      const asked = new URL(context.req.url).search;
      const body = recent.get(asked, () => incidentsBody(incidents, series(), { period, filter, now: now() }));
      return context.json<IncidentsBody>(body);
    });
    app.get('/api/incidents/:id', (context) => {
      const id = context.req.param('id');
      const members = EVENT_ID.test(id) ? membersOf(incidents, id) : null;
      if (members === null) return context.json(NONE, 404);
      const labels = new Map(series().map(({ slug, label }) => [slug, label]));
      return context.json<IncidentStory>(storyOf(members, (slug) => labels.get(slug), now()));
    });
  };

/** The last `span` ms up to now, or from `since` to `until`; by default a week. Null where the question cannot be read. */
function periodIn({ req }: Context, now: number): Period | null {
  // An alarm that began in this moment belongs to it.
  const until = timeIn(req.query('until'), now + 1);
  const span = timeIn(req.query('span'), USUAL_MS);
  const since = timeIn(req.query('since'), (until ?? now) - (span ?? 0));
  return span === null || since === null || until === null || since >= until ? null : { since, until };
}

function timeIn(text: string | undefined, otherwise: number): number | null {
  if (text === undefined || text === '') return otherwise;
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function filterIn({ req }: Context): AlarmFilter | null {
  const [severity, kind] = [wordIn(req.query('severity'), SEVERITIES), wordIn(req.query('kind'), KINDS)];
  if (severity === undefined || kind === undefined) return null;
  return {
    series: textIn(req.query('series')),
    severity: severity satisfies Severity | null,
    kind: kind satisfies AnomalyKind | null,
    open: req.query('open') === '1',
  };
}

const textIn = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);

/** Null for none, undefined for one that does not exist. */
const wordIn = <T extends string>(text: string | undefined, words: readonly T[]): T | null | undefined =>
  textIn(text) === null ? null : words.find((word) => word === text);

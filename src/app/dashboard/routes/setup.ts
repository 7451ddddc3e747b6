import type { Hono } from 'hono';
import { readJson } from '../../../io/http/json-body.ts';
import { Audit } from '../../../io/sqlite/tables/audit.ts';
import { IncidentTable } from '../../../io/sqlite/tables/incident-table.ts';
import { known } from '../../../math/known.ts';
import { DAY_MS, MINUTE_MS } from '../../../math/time.ts';
import { compileFilter } from '../../../stream/names/topic-filter.ts';
import type { Refusal } from '../contract.ts';
import type { ChosenYaml, DiscoverBody, SensitivityBody, SetupBody } from '../contract/setup.ts';
import { chosenInputs, chosenYaml } from '../setup/chosen-yaml.ts';
import { Discovery } from '../setup/discovery.ts';
import { discoverBody } from '../setup/found.ts';
import { pastAlarms, sensitivityOf, settingsOf } from '../setup/sensitivity.ts';
import { knownUpTo, unreported, type Unreported } from '../setup/unreported.ts';
import type { DashboardSources } from '../sources.ts';

type SetupSources = Pick<DashboardSources, 'site' | 'file' | 'now' | 'pipeline' | 'db'>;

/** Events in one answer, the newest. */
const MAX_EVENTS = 300;
const USUAL_MS = 30 * DAY_MS;
const MAX_FILTERS = 8;
const MAX_FILTER_LENGTH = 256;
const MIN_SEARCH_MS = 1_000;
const MAX_SEARCH_MS = 10 * MINUTE_MS;

const refusal = (code: string, text: string): Refusal => ({ code, text });

/** `api/setup`, `api/discover` and `api/sensitivity`. A sensitivity is set by the command of the same name. */
export const setupRoutes =
  (sources: SetupSources) =>
  (app: Hono): void => {
    const { site, file, now, pipeline, db } = sources;
    const path = file?.paths[0] ?? null;
    const discovery = new Discovery(site, now);
    const tables: Tables = { audit: new Audit(db), incidents: new IncidentTable(db) };
    // Of a whole new file nothing is watched yet.
    const found = (): DiscoverBody =>
      discoverBody(discovery.state, discovery.proposal, path === null ? [] : site().inputs);

    app.get('/api/setup', (context) =>
      context.json<SetupBody>({
        now: now(),
        mode: path === null ? 'whole' : 'add',
        file: path,
        streams: (pipeline()?.streams() ?? []).map(sensitivityOf),
      }),
    );
    app.get('/api/discover', (context) => context.json<DiscoverBody>(found()));
    app.post('/api/discover', async (context) => {
      const asked = searchIn(await readJson(context));
      if (asked === null)
        return context.json(
          refusal('not_a_search', 'Expected a time from 1 s to 10 min and topic filters such as #.'),
          400,
        );
      if (!discovery.start(asked.forMs, asked.filters))
        return context.json(refusal('busy', 'A search runs already; wait for its end or stop it.'), 409);
      return context.json<DiscoverBody>(found(), 202);
    });
    app.post('/api/discover/stop', (context) => {
      discovery.stop();
      return context.json<DiscoverBody>(found());
    });
    app.post('/api/discover/yaml', async (context) => {
      const { search, fields } = (await readJson(context)) ?? {};
      const { proposal, state } = discovery;
      if (proposal === null || state.search !== search || !isTexts(fields))
        return context.json(refusal('no_search', 'The search is not kept any more: search again.'), 409);
      return context.json<ChosenYaml>(chosenYaml(chosenInputs(proposal, new Set(fields)), site(), path));
    });
    app.get('/api/sensitivity', (context) => {
      const stream = context.req.query('stream') ?? '';
      const since = /^\d{1,15}$/.exec(context.req.query('since') ?? '')?.[0];
      const body = sensitivityBody(sources, tables, stream, since === undefined ? now() - USUAL_MS : Number(since));
      return body === null
        ? context.json(refusal('no_stream', 'There is no such stream; it may not have had a reading yet.'), 404)
        : context.json<SensitivityBody>(body);
    });
  };

/** Null for something else than a search. */
function searchIn(
  body: Readonly<Record<string, unknown>> | null,
): { forMs: number; filters: readonly string[] } | null {
  const { forMs, filters = ['#'] } = body ?? {};
  if (typeof forMs !== 'number' || !(forMs >= MIN_SEARCH_MS && forMs <= MAX_SEARCH_MS)) return null;
  if (!isTexts(filters) || filters.length === 0 || filters.length > MAX_FILTERS) return null;
  return filters.every(isFilter) ? { forMs, filters } : null;
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

function isFilter(filter: string): boolean {
  try {
    compileFilter(filter);
    return filter.length <= MAX_FILTER_LENGTH;
  } catch {
    return false;
  }
}

/** Of a series without a history. */
const NONE: Unreported = { begin: Infinity, events: [] };

interface Tables {
  readonly audit: Audit;
  readonly incidents: IncidentTable;
}

function sensitivityBody(
  { now, pipeline }: SetupSources,
  { audit, incidents }: Tables,
  stream: string,
  since: number,
): SensitivityBody | null {
  const view = pipeline();
  const status = view?.streams().find((each) => each.stream === stream);
  if (view === null || status === undefined) return null;
  const slugs = status.series.map(({ slug }) => slug);
  const commands = audit.sensitivities([...new Set([stream, ...slugs])]);
  const settings = settingsOf(commands, (id) => audit.timeOf(id), status.siteSensitivity);
  const { alarms, answers, beyond } = incidents.ofStream(stream, since, MAX_EVENTS);
  const histories = slugs.map((slug) => view.historyOf(slug));
  const span = { since, now: now() };
  const others = histories.map((history) => (history === null ? NONE : unreported(history, span, alarms, settings)));
  const events = [...pastAlarms(alarms, settings, answers), ...others.flatMap((each) => each.events)];
  events.sort((a, b) => b.at - a.at);
  const scores = Math.max(...others.map(({ begin }) => begin));
  return {
    ...span,
    stream: sensitivityOf(status),
    knownUpTo: knownUpTo(settings, since, scores),
    scoresSince: known(scores),
    events: events.slice(0, MAX_EVENTS),
    beyond: beyond || events.length > MAX_EVENTS,
  };
}

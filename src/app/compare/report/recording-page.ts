import type { Anomaly } from '../../../detect/episode/anomaly.ts';
import { shortTime } from '../../../detect/episode/short-time.ts';
import { html, type Markup } from './markup.ts';
import { baseName, detectionTable, fact, figureTable, pageOf, section, type ReportInfo } from './page.ts';
import { recordingCharts } from './timeline-charts.ts';
import type { RunView } from '../run-view.ts';

/** Maximum number of anomalies in one table; those with the highest scores are listed. */
const MAX_LISTED = 100;

/** A recording on the page. */
export interface RecordingPart {
  readonly file: string;
  readonly rows: number;
  readonly view: RunView;
  /** Number of anomalies of the process and of sensor faults; the view may have fewer of them. */
  readonly anomalies: number;
  readonly sensorFaults: number;
  /** How the file was read and which parts were left out: a sentence each. */
  readonly notes: readonly string[];
  /** How an anomaly counts against the labels; null where there are no labels. */
  readonly judge: ((anomaly: Anomaly) => string) | null;
}

export interface PageOptions extends Omit<ReportInfo, 'file'> {
  readonly command: 'replay' | 'evaluate';
  readonly headline: string;
  /** A table of figures above the recordings: header and lines. */
  readonly table: { readonly header: readonly string[]; readonly lines: readonly (readonly string[])[] } | null;
}

/** The runs over some recordings as one self-contained HTML page. */
export function recordingPage(
  parts: readonly RecordingPart[],
  { command, headline, table, version, machine }: PageOptions,
): string {
  const names = parts.map(({ file }) => baseName(file));
  const title = names.length === 1 ? names[0] : `${names.length} recordings`;
  return pageOf(
    `${title}: ${headline}`,
    html`
      <header>
        <p class="eyebrow"><b>zankyo ${command}</b> · ${title}</p>
        <h1>${headline}</h1>
        ${table === null ? null : figureTable(table.header, table.lines)}
      </header>
      ${parts.map((part, k) => recordingPart(part, names[k]))}
      <footer>Made by zankyo ${version} on ${machine}. Times are UTC. The page loads nothing and sends nothing.</footer>
    `,
  );
}

function recordingPart(part: RecordingPart, name: string): Markup {
  const { view, rows, anomalies, sensorFaults, notes } = part;
  const facts = html`<ul class="facts">
    ${fact('rows', rows.toLocaleString('en'))}${fact('series', view.columns.length)}${fact('from', shortTime(view.firstAt))}${fact('to', shortTime(view.lastAt))}${fact('anomalies', anomalies)}${fact('sensor faults', sensorFaults)}
  </ul>`;
  return section(
    name,
    facts,
    notes.map((note) => html`<p class="note">${note}</p>`),
    recordingCharts(view),
    list(part),
  );
}

function list({ view, anomalies, sensorFaults, judge }: RecordingPart): Markup {
  const { episodes } = view;
  const all = anomalies + sensorFaults;
  if (all === 0) return html`<p>No anomalies.</p>`;
  const listed = episodes
    .toSorted((a, b) => b.score - a.score)
    .slice(0, MAX_LISTED)
    .sort((a, b) => a.startAt - b.startAt);
  const row = (anomaly: Anomaly): Markup => {
    const { startAt, endAt, severity, kind, reason } = anomaly;
    return html`<tr>
      <td>${shortTime(startAt)}</td>
      <td>${endAt === null ? 'open' : shortTime(endAt)}</td>
      <td><span class="severity ${severity}">${severity}</span></td>
      <td>${kind}</td>
      ${judge === null ? null : html`<td>${judge(anomaly)}</td>`}
      <td class="wide">${reason}</td>
    </tr>`;
  };
  const heads = ['from (UTC)', 'to', 'severity', 'kind', ...(judge === null ? [] : ['counts as']), 'reason'];
  return html`<h3>Anomalies and sensor faults</h3>
    ${detectionTable(heads, listed.map(row))}
    ${listed.length < all ? html`<p class="note">The worst ${listed.length} of ${all} are listed.</p>` : null}`;
}

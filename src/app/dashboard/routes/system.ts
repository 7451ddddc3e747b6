import type { Context, Hono } from 'hono';
import { Audit } from '../../../io/sqlite/tables/audit.ts';
import { QuarantineTable } from '../../../io/sqlite/tables/quarantine-table.ts';
import type { AuditBody, LogBody, QuarantineBody, SystemBody } from '../contract/system.ts';
import type { LogRing } from '../log-ring.ts';
import type { DashboardSources } from '../sources.ts';
import { auditRow, quarantined, Rates, systemBody } from '../system.ts';

type SystemSources = Pick<DashboardSources, 'site' | 'db' | 'figures'> & { readonly log: Pick<LogRing, 'lines'> };

const PAGE_ROWS = 50;
/** Lines of the log in one answer, the newest. */
const MAX_LINES = 200;
const REASON = /^[a-z\d_]{1,32}$/;

/** `GET api/system`, `api/quarantine`, `api/audit` and `api/log`. */
export const systemRoutes =
  ({ site, db, figures, log }: SystemSources) =>
  (app: Hono): void => {
    const rates = new Rates();
    const quarantine = new QuarantineTable(db);
    const audit = new Audit(db);
    app.get('/api/system', (context) => {
      const rows = quarantine.counts().reduce((sum, each) => sum + each.rows, 0);
      return context.json<SystemBody>(systemBody(figures, site(), rates, rows));
    });
    app.get('/api/quarantine', (context) => {
      const reason = context.req.query('reason') ?? '';
      const named = REASON.test(reason) ? reason : null;
      const [rows, next] = pageOf(quarantine.list(named, before(context), PAGE_ROWS + 1), ({ id }) => id);
      return context.json<QuarantineBody>({ rows: rows.map(quarantined), next, reasons: quarantine.counts() });
    });
    app.get('/api/audit', (context) => {
      const [rows, next] = pageOf(audit.list(before(context), PAGE_ROWS + 1), ({ n }) => n);
      return context.json<AuditBody>({ rows: rows.map(auditRow), next });
    });
    app.get('/api/log', (context) =>
      context.json<LogBody>({ lines: log.lines(numberIn(context, 'after', 0)).slice(-MAX_LINES) }),
    );
  };

/** The rows of a page, and where the next one begins: at one row more than fits. */
function pageOf<T>(rows: readonly T[], place: (row: T) => number): readonly [readonly T[], number | null] {
  const page = rows.slice(0, PAGE_ROWS);
  return [page, rows.length > PAGE_ROWS ? place(page[page.length - 1]) : null];
}

const before = (context: Context): number => numberIn(context, 'before', Number.MAX_SAFE_INTEGER);

/** What cannot be read counts as not given. */
function numberIn({ req }: Context, name: string, otherwise: number): number {
  const text = req.query(name) ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : otherwise;
}

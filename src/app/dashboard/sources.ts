import type { Site } from '../../config/schema/site.ts';
import type { Database } from '../../io/sqlite/database.ts';
import type { WindowPort } from '../../stream/ports/ports.ts';
import type { Reply } from '../commands/reply.ts';
import type { Sources } from '../health/figures.ts';
import type { HealthMonitor } from '../health/health-monitor.ts';
import type { PipelineView } from '../pipeline/view.ts';
import type { SiteFile } from '../service/site-file.ts';
import type { LogRing } from './log-ring.ts';

/** All that the pages may read, and the one way in which they change something. All of it is live. */
export interface DashboardSources {
  /** The site in force: another one after a reload. */
  readonly site: () => Site;
  /** The maintenance windows in force: others after a reload, and after an .ics file has changed. */
  readonly schedule: () => Pick<WindowPort, 'windows'>;
  /** Null where the service has no site file that it could read again: the demo. */
  readonly file: SiteFile | null;
  /** The present, epoch ms; in the demo the simulated one. */
  readonly now: () => number;
  /** The pipeline that runs now: another one after a reload. Null before the first. */
  readonly pipeline: () => PipelineView | null;
  /** For queries only. */
  readonly db: Database;
  readonly figures: Sources;
  readonly health: Pick<HealthMonitor, 'problems'>;
  /** The last lines of the log. */
  readonly log: LogRing;
  /** Has a command carried out like any other, and stored. Null where no answer comes in time. */
  readonly request: (command: Readonly<Record<string, unknown>>) => Promise<Reply | null>;
}

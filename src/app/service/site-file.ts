import type { LoadedSite } from '../../config/load.ts';
import type { Site } from '../../config/schema/site.ts';

/** The site file of a service that can put it in force anew while it runs. */
export interface SiteFile {
  /** The file, and those beside it whose change is one of the site. */
  readonly paths: readonly string[];
  /** Reads it. Throws an `AppError` that names its mistakes. */
  readonly load: () => LoadedSite;
  readonly setLogLevel: (level: Site['log']['level']) => void;
}

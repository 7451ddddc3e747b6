import type { Site } from '../../config/schema/site.ts';
import { FileWatch } from './file-watch.ts';

/** How often the site file is looked at, with `reload.on_change`, and the calendar of the holidays. */
const SITE_MS = 2_000;
const HOLIDAYS_MS = 30_000;

/** Watches the files whose change puts the site in force again. */
export class SiteWatch {
  private readonly paths: () => readonly string[];
  private readonly onChange: () => void;
  private watches: readonly FileWatch[] = [];

  /** `paths`: the site file, and those beside it that belong to it. */
  constructor(paths: () => readonly string[], onChange: () => void) {
    this.paths = paths;
    this.onChange = onChange;
  }

  /** Watches as this site asks for. Holidays are those that the pipeline was started with, so their calendar is always watched. */
  begin({ reload, holidays: { calendar } }: Pick<Site, 'reload' | 'holidays'>): void {
    this.stop();
    this.watches = [
      ...(reload.onChange ? [new FileWatch(this.paths(), SITE_MS, this.onChange)] : []),
      ...(calendar === undefined ? [] : [new FileWatch([calendar], HOLIDAYS_MS, this.onChange)]),
    ];
  }

  stop(): void {
    for (const watch of this.watches) watch.stop();
  }
}

import { z } from 'zod';
import * as v from './vocabulary.ts';

/** The log of a service: of a site, or of a hub. */
export const logSchema = v.section({
  level: v.option(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    'info',
    'Lowest level of the lines that are logged.',
  ),
  format: v.option(
    z.enum(['auto', 'json', 'pretty', 'journal']),
    'auto',
    'Form of the log lines. `pretty`: for people. `journal`: with the priority that systemd reads. `json`: one object per line, times in ISO 8601. `auto`: pretty on a terminal, journal where stderr is the systemd journal, else json.',
  ),
});

/**
 * The integration tests meet a real broker, PostgreSQL, Prometheus, ntfy, browser, proxy and real shells. Run before them: finds the programs, or installs
 * them from Debian's packages, or says what to type and fails. It never skips, because a skipped test looks like a passed one.
 */
import { needPrograms } from './debian.mjs';

/** Programs that the tests run, and Debian's package of each. */
const PACKAGES = {
  mosquitto: 'mosquitto',
  'nats-server': 'nats-server',
  initdb: 'postgresql',
  prometheus: 'prometheus',
  promtool: 'prometheus',
  ntfy: 'ntfy',
  chromium: 'chromium',
  zsh: 'zsh',
  fish: 'fish',
  nginx: 'nginx-light',
};

needPrograms(PACKAGES, 'The integration tests');

/**
 * The appliance tests boot a real systemd and make Debian roots. Run before them, as root: finds the programs, or installs them from
 * Debian's packages, or says what to type and fails. It never skips, because a skipped test looks like a passed one.
 */
import { needPrograms } from './debian.mjs';

/** Programs that the tests run, and Debian's package of each. */
const PACKAGES = {
  'systemd-nspawn': 'systemd-container',
  'systemd-analyze': 'systemd',
  debootstrap: 'debootstrap',
  lintian: 'lintian',
  'dpkg-shlibdeps': 'dpkg-dev',
  mosquitto: 'mosquitto',
  'nats-server': 'nats-server',
  ip: 'iproute2',
};

if (process.getuid?.() !== 0) {
  console.error('The appliance tests boot a systemd and need root: sudo npm run test:appliance');
  process.exit(1);
}
needPrograms(PACKAGES, 'The appliance tests');

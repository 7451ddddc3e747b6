/**
 * The container tests build and run the images with Podman. Run before them, as root: finds the programs, or installs them from Debian's
 * packages, or says what to type and fails. It never skips, because a skipped test looks like a passed one.
 */
import { needPrograms } from './debian.mjs';

/** Programs that the tests run, and Debian's package of each. */
const PACKAGES = {
  podman: 'podman',
  crun: 'crun',
  nft: 'nftables',
  catatonit: 'catatonit',
  netavark: 'netavark',
  'aardvark-dns': 'aardvark-dns',
  debootstrap: 'debootstrap',
  mosquitto: 'mosquitto',
  'podman-compose': 'podman-compose',
  kubectl: 'kubectl',
};

if (process.getuid?.() !== 0) {
  console.error('The container tests run Podman as root: sudo npm run test:container');
  process.exit(1);
}
needPrograms(PACKAGES, 'The container tests');

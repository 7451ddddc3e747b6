import { createViteServer } from 'vitest/node';

/** Loads TypeScript files of this repository, which Node 20 cannot by itself: the loader of the tests. To be closed at the end. */
export const openLoader = () =>
  createViteServer({
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });

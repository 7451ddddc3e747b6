import { createServer, type AddressInfo } from 'node:net';

/** A port of the loopback interface that is free now: `wanted` if it is, else any. */
export async function freePort(wanted: number): Promise<number> {
  for (const port of [wanted, 0]) {
    const server = createServer();
    const found = await new Promise<number | null>((resolve) => {
      server.once('error', () => {
        resolve(null);
      });
      server.listen(port, '127.0.0.1', () => {
        resolve((server.address() as AddressInfo).port);
      });
    });
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    if (found !== null) return found;
  }
  return wanted;
}

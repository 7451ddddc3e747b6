import { createServer, type AddressInfo } from 'node:net';
import { Aedes } from 'aedes';

/** An MQTT 3.1.1 broker inside this process, on a free port of the loopback interface. */
export async function startEmbeddedBroker(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const broker = await Aedes.createBroker();
  const server = createServer((socket) => {
    // Small packets that answer each other: waiting to fill one (Nagle) would cost 40 ms a minute simulated.
    socket.setNoDelay(true);
    broker.handle(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `mqtt://127.0.0.1:${port}`,
    stop: async () => {
      await new Promise<void>((resolve) => {
        broker.close(resolve);
      });
      server.close();
    },
  };
}

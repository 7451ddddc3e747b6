import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** One connection through the link: the accepted end and the end to the broker. */
type Pair = readonly [near: Socket, far: Socket];

/** The network between service and broker, on a loopback port of its own, to be broken in the ways in which networks break. */
export class Link {
  /** New connections are reset. */
  refusing = false;
  /** Connections that were let through. */
  connections = 0;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #silent = new Set<Pair>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    server.on('connection', (near) => {
      if (this.refusing) near.resetAndDestroy();
      else this.#join(near, connect(port, '127.0.0.1'));
    });
  }

  /** To a port of this machine. */
  static async to(port: number): Promise<Link> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Link(server, port);
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resets all connections, as a router does that was restarted. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  /** Lets all connections stand and carries nothing over them any more, as if a cable was pulled. New ones are whole. */
  silence(): void {
    for (const pair of this.#pairs) this.#silent.add(pair);
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(near: Socket, far: Socket): void {
    this.connections++;
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        if (!this.#silent.has(pair)) to.write(bytes);
      });
      from.on('error', () => undefined); // its close follows
      from.once('close', () => {
        if (this.#silent.has(pair)) return; // nor does the other end learn of it
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
  }
}

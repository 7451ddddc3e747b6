import { connectAsync, type MqttClient } from 'mqtt';
import { freePort, passwordLine, startMosquitto, type Mosquitto } from '../integration/programs/mosquitto.ts';
import { until } from './engine.ts';

/** A real Mosquitto on this machine that containers reach, and a client of it. */
export interface Broker {
  readonly mosquitto: Mosquitto;
  readonly client: MqttClient;
  /** By host and port as a container reaches it. */
  readonly host: string;
  readonly port: number;
  /** Messages of the service so far, by topic; the newest last. */
  readonly received: ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>;
  /** Publishes at QoS 1. */
  send(topic: string, payload: object): Promise<unknown>;
  /** Waits for a message of a topic that satisfies a condition, and returns it. */
  receives(
    topic: string,
    condition?: (message: Readonly<Record<string, unknown>>) => boolean,
  ): Promise<Readonly<Record<string, unknown>>>;
  stop(): Promise<void>;
}

export async function startBroker(user?: { readonly name: string; readonly password: string }): Promise<Broker> {
  const port = await freePort();
  const access = user ? ['allow_anonymous false', 'password_file passwords'] : ['allow_anonymous true'];
  const mosquitto = await startMosquitto({
    config: [`listener ${port} 0.0.0.0`, ...access],
    files: user ? { passwords: passwordLine(user.name, user.password) } : {},
  });
  const client = await connectAsync(mosquitto.url, user ? { username: user.name, password: user.password } : {});
  const received = new Map<string, Readonly<Record<string, unknown>>[]>();
  client.on('message', (topic, payload) => {
    const text = payload.toString();
    if (!text.startsWith('{')) return;
    received.set(topic, [...(received.get(topic) ?? []), JSON.parse(text) as Readonly<Record<string, unknown>>]);
  });
  await client.subscribeAsync('zankyo/#');
  return {
    ...{ mosquitto, client, host: 'host.containers.internal', port, received },
    send: (topic, payload) => client.publishAsync(topic, JSON.stringify(payload), { qos: 1 }),
    receives: async (topic, condition = () => true) => {
      const find = () => received.get(topic)?.findLast(condition);
      const last = (): string => JSON.stringify(received.get(topic)?.at(-1));
      await until(
        () => find() !== undefined,
        () => `${topic}: ${last()}; topics: ${[...received.keys()].join(' ')}`,
      );
      return find()!;
    },
    stop: async () => {
      await client.endAsync(true);
      await mosquitto.stop();
    },
  };
}

import type { MqttClient } from 'mqtt';
import { NOT_AUTHORISED, type BrokerFailure, type PublishPermission } from './broker-failure.ts';

/** Publishes the test message at QoS 1; calls back with the broker's answer. */
type Publish = (done: (error?: BrokerFailure | null) => void) => void;

/**
 * Whether the broker permits publishing to a topic; null when the connection ended first. An MQTT 5 acknowledgement
 * contains the answer. With 3.1.1 a broker also acknowledges messages that it discards, so the client subscribes to the
 * topic and waits up to `patienceMs` for its own message.
 */
export const publishPermission = (
  client: MqttClient,
  topic: string,
  publish: Publish,
  patienceMs: number,
): Promise<PublishPermission | null> =>
  client.options.protocolVersion === 5 ? acknowledged(client, publish) : echoed(client, topic, publish, patienceMs);

const acknowledged = (client: MqttClient, publish: Publish): Promise<PublishPermission | null> =>
  new Promise((resolve) => {
    const end = (permission: PublishPermission | null): void => {
      client.off('close', onClose);
      resolve(permission);
    };
    const onClose = (): void => {
      end(null);
    };
    client.on('close', onClose);
    publish((error) => {
      if (error) end(error.code === NOT_AUTHORISED ? 'refused' : null);
      else end('granted');
    });
  });

const echoed = (
  client: MqttClient,
  topic: string,
  publish: Publish,
  patienceMs: number,
): Promise<PublishPermission | null> =>
  new Promise((resolve) => {
    // A retained copy may be older than the present access rules.
    const onMessage = (from: string, _payload: Buffer, { retain }: { retain: boolean }): void => {
      if (from === topic && !retain) end('granted');
    };
    const onClose = (): void => {
      end(null);
    };
    const timer = setTimeout(() => {
      end('no_echo');
    }, patienceMs);
    const end = (permission: PublishPermission | null): void => {
      clearTimeout(timer);
      client.off('message', onMessage).off('close', onClose);
      if (permission !== null) client.unsubscribe(topic, () => undefined);
      resolve(permission);
    };
    client.on('message', onMessage).on('close', onClose);
    // A broker processes packets in order, so the subscription is active before the message.
    client.subscribe(topic, { qos: 0 }, () => undefined);
    publish(() => undefined);
  });

import type { MqttClient } from 'mqtt';
import { NOT_AUTHORISED, type BrokerFailure, type PublishPermission } from './broker-failure.ts';

/** Sends the message that is to tell, at QoS 1; calls back with the broker's answer. */
type Publish = (done: (error?: BrokerFailure | null) => void) => void;

/**
 * Whether the broker lets us publish to a topic; null when the connection ended before it was known. In MQTT 5 the
 * acknowledgement says so. In 3.1.1 a broker also acknowledges what it throws away, so we subscribe to the topic for as
 * long as it takes and see whether the message comes back, within `patienceMs`.
 */
export const publishPermission = (
  client: MqttClient,
  topic: string,
  publish: Publish,
  patienceMs: number,
): Promise<PublishPermission | null> =>
  client.options.protocolVersion === 5 ? acknowledged(publish) : echoed(client, topic, publish, patienceMs);

const acknowledged = (publish: Publish): Promise<PublishPermission | null> =>
  new Promise((resolve) => {
    publish((error) => {
      if (error) resolve(error.code === NOT_AUTHORISED ? 'refused' : null);
      else resolve('granted');
    });
  });

const echoed = (
  client: MqttClient,
  topic: string,
  publish: Publish,
  patienceMs: number,
): Promise<PublishPermission | null> =>
  new Promise((resolve) => {
    // A retained copy may be from a time when we were allowed to.
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
    // A broker takes packets in their order, so the subscription is there when the message comes.
    client.subscribe(topic, { qos: 0 }, () => undefined);
    publish(() => undefined);
  });

import type { MqttClient } from 'mqtt';

const DEFERRED = new Error('acknowledged later');

/**
 * QoS 1 messages are then acknowledged by `acknowledge`, not when the client emits them, and the client goes on
 * reading. It works because mqtt.js sends no PUBACK when its message handler fails; a test of mqtt.js pins that.
 */
export const deferAcknowledgements = (client: MqttClient): void => {
  client.handleMessage = ({ qos }, done) => {
    done(qos === 1 ? DEFERRED : undefined);
  };
};

interface Sender {
  _sendPacket(packet: { readonly cmd: 'puback'; readonly messageId: number; readonly reasonCode: number }): void;
}

/**
 * The only private call into mqtt.js, which has no public one. Its version is pinned, and tests with a real broker
 * guard it.
 */
export const acknowledge = (client: MqttClient, messageId: number): void => {
  (client as unknown as Sender)._sendPacket({ cmd: 'puback', messageId, reasonCode: 0 });
};

import type { MqttClient } from 'mqtt';

const DEFERRED = new Error('acknowledged later');

/**
 * From now on QoS 1 messages are not acknowledged when they have been emitted, but by `acknowledge`; the client reads on
 * meanwhile. A message handler that fails makes mqtt.js leave the acknowledgement out, as a test of its own pins.
 */
export const deferAcknowledgements = (client: MqttClient): void => {
  client.handleMessage = ({ qos }, done) => {
    done(qos === 1 ? DEFERRED : undefined);
  };
};

interface Sender {
  _sendPacket(packet: { readonly cmd: 'puback'; readonly messageId: number; readonly reasonCode: number }): void;
}

/** The one private call into mqtt.js, which offers no other way; its version is pinned, and tests with a real broker guard it. */
export const acknowledge = (client: MqttClient, messageId: number): void => {
  (client as unknown as Sender)._sendPacket({ cmd: 'puback', messageId, reasonCode: 0 });
};

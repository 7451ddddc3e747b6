// Publishes when told to; answers when the broker has taken everything.
import { connectAsync } from 'mqtt';
import { messages } from './messages.mjs';

const client = await connectAsync(process.argv[2], { protocolVersion: 5 });

process.on('message', async ({ base, from, to, qos }) => {
  for (const [topic, payload] of messages(base, from, to)) {
    client.publish(topic, payload, { qos });
    if (client.stream.writableNeedDrain) await new Promise((resolve) => client.stream.once('drain', resolve));
  }
  // The broker takes what comes over one connection in order.
  await client.publishAsync('bench/end', '', { qos: 1 });
  process.send({});
});
process.on('disconnect', () => process.exit());
process.send({});

// Publishes on request; answers when the broker has accepted everything.
import { connectAsync } from 'mqtt';
import { messages } from './messages.mjs';

const client = await connectAsync(process.argv[2], { protocolVersion: 5 });

process.on('message', async ({ base, from, to, first, last, qos }) => {
  for (const [topic, payload] of messages(base, from, to, first, last)) {
    client.publish(topic, payload, { qos });
    if (client.stream.writableNeedDrain) await new Promise((resolve) => client.stream.once('drain', resolve));
  }
  // The broker processes the messages of one connection in order.
  await client.publishAsync('bench/end', '', { qos: 1 });
  process.send({});
});
process.on('disconnect', () => process.exit());
process.send({});

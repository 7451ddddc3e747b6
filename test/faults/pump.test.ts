import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { expect, test } from 'vitest';
import { startMosquitto } from '../integration/programs/mosquitto.ts';
import { eventually } from '../integration/programs/program.ts';
import { Link } from './link.ts';
import { Pump } from './pump.ts';

test('the broker has each message of the pump once, though its connection is reset 40 times, also while it sends messages again', async () => {
  const broker = await startMosquitto({ config: ['max_inflight_messages 256'] });
  const link = await Link.to(broker.port);
  const listener = await connectAsync(broker.url);
  const times = new Array<number>(3000).fill(0);
  listener.on('message', (_, payload) => times[(JSON.parse(payload.toString()) as { seq: number }).seq]++);
  await listener.subscribeAsync('faults/#', { qos: 2 });
  const pump = new Pump(link.url);
  const sent = pump.send(times.length);
  for (let cut = 0; cut < 40; cut++) {
    await sleep(20 + 10 * (cut % 7));
    link.cut();
  }
  await sent;
  await eventually(() => times.every((n) => n > 0));
  expect(times.every((n) => n === 1)).toBe(true);
  await pump.close();
  await listener.endAsync();
  link.close();
  await broker.stop();
});

import { isDeepStrictEqual } from 'node:util';
import { connect } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { startMosquitto } from './programs/mosquitto.ts';
import { directory, eventually, startProgram } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const site = (url: string): string => `site: home
mqtt: { url: '${url}' }
inputs:
  - topic: zigbee2mqtt/#
  - topic: livingroom/#
    fields: all
commit: { every: 0s }
publish: { state_every: 1s }
`;

interface State {
  readonly value: number | null;
  readonly unit: string;
  readonly phase: string;
}
interface Event {
  readonly event_type: string;
  readonly reason: string;
  readonly [field: string]: unknown;
}

test('a topic alone: a name with a slash, a plain value, units, and a device that announces that it is offline, over a restart', async () => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const client = connect(broker.url, { clientId: 'home' });
  cleanUps.push(() => client.endAsync(true));
  const states = new Map<string, State>();
  const events: [string, Event][] = [];
  client.on('message', (topic, payload) => {
    const [, , , series, kind] = topic.split('/');
    if (kind === 'state' && payload.length > 0) states.set(series, JSON.parse(payload.toString()) as State);
    if (kind === 'event') events.push([series, JSON.parse(payload.toString()) as Event]);
  });
  await client.subscribeAsync('zankyo/home/series/+/+');
  // Stored before the service comes: no reading, and no alarm for a series that is not known yet.
  await client.publishAsync('zigbee2mqtt/kitchen/climate/availability', '{"state":"offline"}', {
    retain: true,
    qos: 1,
  });

  const { path, remove } = directory({ 'site.yaml': site(broker.url) });
  cleanUps.push(remove);
  let service = startProgram(['run', '-c', 'site.yaml'], path);
  cleanUps.push(() => service.end('SIGTERM'));
  await service.logged('listening');
  const climate = { temperature: 21.5, humidity: 45, linkquality: 120, battery: 97 };
  for (let i = 0; i < 3; i++) {
    await client.publishAsync('zigbee2mqtt/kitchen/climate', JSON.stringify({ ...climate, temperature: 21 + i }), {
      qos: 1,
    });
    await client.publishAsync('livingroom/sensor/temperature/state', String(20 + i), { qos: 1 });
  }
  const seen = () => Object.fromEntries([...states].map(([slug, { value, unit }]) => [slug, `${value} ${unit}`]));
  const heard = () => `${JSON.stringify(seen())} ${JSON.stringify(events)}`;
  // The state of each series is published once a second, so that their last ones come in any order.
  const last = {
    'kitchen-climate-temperature': '23 °C',
    'kitchen-climate-humidity': '45 %',
    'livingroom-temperature': '22 °C',
  };
  await eventually(() => isDeepStrictEqual(seen(), last), heard);
  expect(events).toEqual([]);

  await client.publishAsync('zigbee2mqtt/kitchen/climate/availability', '{"state":"offline"}', {
    retain: true,
    qos: 1,
  });
  await eventually(() => events.length === 2, heard);
  expect(events.map(([series]) => series).toSorted()).toEqual([
    'kitchen-climate-humidity',
    'kitchen-climate-temperature',
  ]);
  for (const [series, { reason }] of events)
    expect(reason).toContain(`${series} is lost: its device announced that it is offline`);
  await eventually(() => states.get('kitchen-climate-temperature')?.phase === 'silent', heard);

  await service.end('SIGTERM');
  service = startProgram(['run', '-c', 'site.yaml'], path);
  await service.logged('listening');
  await client.publishAsync('zigbee2mqtt/kitchen/climate/availability', '{"state":"online"}', { retain: true, qos: 1 });
  await eventually(() => events.length === 4, heard);
  expect(
    events
      .slice(2)
      .map(([series]) => series)
      .toSorted(),
  ).toEqual(['kitchen-climate-humidity', 'kitchen-climate-temperature']);
  expect(events.slice(2).map(([, event]) => event.event_type)).not.toContain(events[0][1].event_type);
});

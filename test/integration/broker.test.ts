import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import { filter, firstValueFrom } from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { openBroker, tryBroker } from '../../src/io/mqtt/broker.ts';
import type { Broker, BrokerOptions, Connection } from '../../src/io/mqtt/broker.ts';
import type { Message } from '../../src/stream/message.ts';
import { BROKER_CERT, BROKER_KEY, CA, CLIENT_CERT, CLIENT_KEY, OTHER_CA } from './programs/certificates.ts';
import { freePort, passwordLine, startMosquitto } from './programs/mosquitto.ts';
import type { Mosquitto, MosquittoOptions } from './programs/mosquitto.ts';

const STATUS = 'zankyo/site/status';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const mosquitto = async (options?: MosquittoOptions): Promise<Mosquitto> => {
  const broker = await startMosquitto(options);
  cleanUps.push(() => broker.stop());
  return broker;
};

interface Client {
  readonly broker: Broker;
  readonly messages: Message[];
  readonly notes: { level: string; fields: Readonly<Record<string, unknown>>; message: string }[];
  readonly connections: Connection[];
}

const options = (url: string): BrokerOptions => ({
  url,
  clientId: 'zankyo-test',
  protocol: 'auto',
  keepaliveMs: 15_000,
  connectTimeoutMs: 5_000,
  filters: ['sensors/#'],
  statusTopic: STATUS,
  ownTopics: 'zankyo/',
  now: () => 1_700_000_000_000,
  log: () => undefined,
});

/** A broker that was started, and acknowledges what it hears; `deaf`: unless it does not. */
const client = (url: string, changed: Partial<BrokerOptions> = {}, deaf = false): Client => {
  const notes: Client['notes'] = [];
  const broker = openBroker({
    ...options(url),
    log: (level, fields, message) => notes.push({ level, fields, message }),
    ...changed,
  });
  cleanUps.push(() => broker.close());
  const messages: Message[] = [];
  const connections: Connection[] = [];
  broker.messages$.subscribe((message) => {
    messages.push(message);
    if (!deaf && message.receipt !== undefined) broker.acknowledge([message.receipt]);
  });
  broker.connection$.subscribe((connection) => connections.push(connection));
  broker.start();
  return { broker, messages, notes, connections };
};

const reached = <S extends Connection['state']>(broker: Broker, state: S): Promise<Connection & { state: S }> =>
  firstValueFrom(
    broker.connection$.pipe(
      filter((connection): connection is Connection & { state: S } => connection.state === state),
    ),
  );

/** Another program on the broker: what it hears is kept as "topic payload", an "(r)" marks the broker's retained copy. */
interface Bystander {
  readonly client: MqttClient;
  readonly heard: string[];
}

const bystander = async (url: string, topics: string[], extra: IClientOptions = {}): Promise<Bystander> => {
  const other = await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 100, ...extra });
  cleanUps.push(() => other.endAsync(true));
  const heard: string[] = [];
  other.on('message', (topic, payload, { retain }) => {
    heard.push(`${topic} ${payload.toString()}${retain ? ' (r)' : ''}`);
  });
  if (topics.length > 0) await other.subscribeAsync(topics, { qos: 1 });
  return { client: other, heard };
};

const text = (message: Message): string => `${message.topic} ${Buffer.from(message.payload).toString()}`;

test('connects in MQTT 5 and hands over what its filters match, with the time of arrival', async () => {
  const { url } = await mosquitto();
  const { broker, messages, notes } = client(url);
  const { protocol, sessionPresent } = await reached(broker, 'connected');
  expect({ protocol, sessionPresent }).toEqual({ protocol: 5, sessionPresent: false });

  const { client: sensor } = await bystander(url, []);
  await sensor.publishAsync('elsewhere/t', '1', { qos: 1 });
  await sensor.publishAsync('sensors/t', '21.5', { qos: 1 });
  await expect.poll(() => messages.map(text)).toEqual(['sensors/t 21.5']);
  expect(messages[0]).toMatchObject({ receivedAt: 1_700_000_000_000, retained: false, redelivered: false });
  expect(notes.map(({ level, message }) => [level, message])).toEqual([
    ['info', 'connected to the broker'],
    ['info', 'listening'],
  ]);
});

test('says online, and offline when it goes; the broker says it in its place when it is cut off', async () => {
  const { url } = await mosquitto();
  const { heard } = await bystander(url, [STATUS]);
  const first = client(url);
  await expect.poll(() => heard).toEqual([`${STATUS} online`]);
  await first.broker.close();
  await expect.poll(() => heard).toEqual([`${STATUS} online`, `${STATUS} offline`]);

  const second = client(url);
  await expect.poll(() => heard.length).toBe(3);
  // The same id a second time: the broker breaks off the first one, without a farewell from it.
  const intruder = await connectAsync(url, { clientId: 'zankyo-test', protocolVersion: 5, reconnectPeriod: 0 });
  cleanUps.push(() => intruder.endAsync(true));
  await expect.poll(() => heard.slice(2)).toEqual([`${STATUS} online`, `${STATUS} offline`]);
  const { reason } = await reached(second.broker, 'offline');
  expect(reason).toContain('another client has connected with the id "zankyo-test"');
  expect(second.notes.at(-1)).toMatchObject({ level: 'error', message: reason });
  // An ordinary retry would have come by now, and pushed the other one out in its turn.
  await sleep(2_000);
  expect(intruder.connected).toBe(true);

  const late = await bystander(url, [STATUS]);
  await expect.poll(() => late.heard).toEqual([`${STATUS} offline (r)`]);
});

test('after a restart of the broker every state is there again, in its newest value', async () => {
  const server = await mosquitto();
  const { broker } = client(server.url);
  await reached(broker, 'connected');
  broker.publishState('zankyo/site/a/state', '1');
  broker.publishState('zankyo/site/b/state', '1');

  const before = await bystander(server.url, ['zankyo/#']);
  await expect.poll(() => before.heard.toSorted()).toContain('zankyo/site/b/state 1 (r)');
  await before.client.endAsync(true);

  // Killed before it saved anything: what it retained is lost with it.
  await server.kill();
  await reached(broker, 'offline');
  broker.publishState('zankyo/site/b/state', '2');
  broker.publishState('zankyo/site/b/state', '3');
  await server.restart();
  await reached(broker, 'connected');

  const after = await bystander(server.url, ['zankyo/#']);
  await expect
    .poll(() => after.heard.map((line) => line.replace(' (r)', '')).toSorted())
    .toEqual([`${STATUS} online`, 'zankyo/site/a/state 1', 'zankyo/site/b/state 3'].toSorted());
});

test('starts without a broker, waits for it, and then sends the events of the meantime in order', async () => {
  const port = await freePort();
  const { broker, connections, notes } = client(`mqtt://127.0.0.1:${port}`);
  const { reason } = await reached(broker, 'offline');
  expect(reason).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+ refuses the connection/);
  broker.publishEvent('zankyo/site/events', 'opened');
  broker.publishEvent('zankyo/site/events', 'closed');

  const server = await mosquitto({ port, config: ['persistence false'] });
  const { heard } = await bystander(server.url, ['zankyo/site/events']);
  await expect.poll(() => heard).toEqual(['zankyo/site/events opened', 'zankyo/site/events closed']);
  expect(connections.map(({ state }) => state)).toEqual(['connecting', 'offline', 'connected']);
  expect(notes.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^first connection made after \d+ s, \d+ attempts$/),
  );
  expect(broker.dropped).toBe(0);
});

test('more events than a broker lets in flight all arrive, in order', async () => {
  const { url } = await mosquitto({ config: ['max_inflight_messages 3'] });
  const { heard } = await bystander(url, ['events']);
  const { broker } = client(url);
  for (let n = 0; n < 500; n++) broker.publishEvent('events', String(n));
  await expect.poll(() => heard.length).toBe(500);
  expect(heard).toEqual(Array.from({ length: 500 }, (_, n) => `events ${n}`));
});

test('what was published while we were away arrives: at a restart of ours, and of the broker', async () => {
  const server = await mosquitto();
  const first = client(server.url);
  await reached(first.broker, 'connected');
  const { client: sensor } = await bystander(server.url, []);
  await sensor.publishAsync('sensors/t', '1', { qos: 1 });
  await expect.poll(() => first.messages.map(text)).toEqual(['sensors/t 1']);
  await first.broker.close();
  await sensor.publishAsync('sensors/t', '2', { qos: 1 });

  const second = client(server.url);
  expect(await reached(second.broker, 'connected')).toMatchObject({ sessionPresent: true });
  await expect.poll(() => second.messages.map(text)).toEqual(['sensors/t 2']);

  await server.restart();
  await expect.poll(() => second.connections.map(({ state }) => state)).toContain('offline');
  await reached(second.broker, 'connected');
  const again = await bystander(server.url, []);
  await again.client.publishAsync('sensors/t', '3', { qos: 1 });
  // At QoS 1 the broker may repeat a message whose acknowledgement it did not receive before its restart.
  await expect.poll(() => [...new Set(second.messages.map(text))]).toEqual(['sensors/t 2', 'sensors/t 3']);
});

describe("a message is the broker's until it is acknowledged", () => {
  const versions = [4, 5] as const;
  const publish = async (url: string, from: number, until: number): Promise<void> => {
    const { client: sensor } = await bystander(url, []);
    for (let n = from; n < until; n++) await sensor.publishAsync('sensors/t', String(n), { qos: 1 });
    await sensor.endAsync();
  };
  const said = (messages: readonly Message[]): string[] =>
    messages.map((message) => `${text(message)}${message.redelivered ? ' again' : ''}`);

  test.each(versions)(
    'MQTT %i: what was not, it sends again to the next run, marked; what was, it does not',
    async (protocol) => {
      const { url } = await mosquitto();
      const first = client(url, { protocol }, true);
      await reached(first.broker, 'connected');
      await publish(url, 0, 5);
      await expect.poll(() => first.messages.length).toBe(5);
      const receipts = first.messages.map(({ receipt }) => receipt!);
      expect(new Set(receipts.map(({ id }) => id)).size).toBe(5);
      // In any order, as many as one likes.
      first.broker.acknowledge([receipts[0], receipts[1], receipts[3]]);
      await first.broker.close();
      const second = client(url, { protocol });
      await expect.poll(() => said(second.messages)).toEqual(['sensors/t 2 again', 'sensors/t 4 again']);
      await second.broker.close();
      const third = client(url, { protocol });
      await reached(third.broker, 'connected');
      await publish(url, 5, 6);
      await expect.poll(() => said(third.messages)).toEqual(['sensors/t 5']);
    },
  );

  test.each(versions)('MQTT %i: a receipt of a connection that is over is none on the next one', async (protocol) => {
    const server = await mosquitto({ config: ['autosave_interval 1', 'autosave_on_changes true'] });
    const { broker, messages, connections } = client(server.url, { protocol }, true);
    await reached(broker, 'connected');
    await publish(server.url, 0, 1);
    await expect.poll(() => messages.length).toBe(1);
    const [{ receipt: old }] = messages;
    await server.restart();
    await expect.poll(() => said(messages)).toEqual(['sensors/t 0', 'sensors/t 0 again']);
    expect(connections.filter(({ state }) => state === 'connected')).toHaveLength(2);
    const { receipt } = messages[1];
    expect(receipt!.id).toBe(old!.id);
    expect(receipt!.connection).not.toBe(old!.connection);
    broker.acknowledge([old!]);
    await broker.close();
    const second = client(server.url, { protocol });
    await expect.poll(() => said(second.messages)).toEqual(['sensors/t 0 again']);
  });

  test('it sends 256 ahead and no more; when these are acknowledged, the others come', async () => {
    const { url } = await mosquitto({ config: ['max_inflight_messages 0'] });
    const { broker, messages } = client(url, { protocol: 5 }, true);
    await reached(broker, 'connected');
    await publish(url, 0, 300);
    await expect.poll(() => messages.length).toBe(256);
    await sleep(200);
    expect(messages).toHaveLength(256);
    broker.acknowledge(messages.map(({ receipt }) => receipt!));
    await expect.poll(() => messages.length).toBe(300);
    expect(messages.map(text)).toEqual(Array.from({ length: 300 }, (_, n) => `sensors/t ${n}`));
  });

  test('at QoS 0 there is nothing to acknowledge', async () => {
    const { url } = await mosquitto();
    const { broker, messages } = client(url, {}, true);
    await reached(broker, 'connected');
    const { client: sensor } = await bystander(url, []);
    await sensor.publishAsync('sensors/t', '1', { qos: 0 });
    await expect.poll(() => messages.map(({ receipt }) => receipt)).toEqual([undefined]);
  });

  test('what we said ourselves is no message to us, and does not stand in the way of others', async () => {
    const { url } = await mosquitto({ config: ['max_inflight_messages 3'] });
    const { broker, messages } = client(url, { filters: ['#'] });
    await reached(broker, 'connected');
    for (let n = 0; n < 50; n++) broker.publishEvent('zankyo/site/events', String(n));
    await publish(url, 0, 1);
    await expect.poll(() => messages.map(text)).toEqual(['sensors/t 0']);
  });
});

test('of an event it is told when the broker has it, or never will', async () => {
  const server = await mosquitto({ config: ['acl_file rules'], files: { rules: 'topic readwrite zankyo/site/#\n' } });
  const { broker } = client(server.url, { filters: [] });
  const gone: string[] = [];
  const publish = (topic: string, payload: string): void => {
    broker.publishEvent(topic, payload, () => gone.push(payload));
  };
  publish('zankyo/site/events', 'opened');
  publish('forbidden', 'refused');
  expect(gone).toEqual([]);
  await expect.poll(() => gone.toSorted()).toEqual(['opened', 'refused']);
  await server.kill();
  await reached(broker, 'offline');
  publish('zankyo/site/events', 'waits');
  await broker.close();
  expect(gone).toHaveLength(2);
});

test('retained marks the copy from the broker, not the live message of a device that retains its readings', async () => {
  const { url } = await mosquitto();
  const { client: sensor } = await bystander(url, []);
  await sensor.publishAsync('sensors/t', 'old', { qos: 1, retain: true });
  const first = client(url);
  await expect
    .poll(() => first.messages.map((message) => [text(message), message.retained]))
    .toEqual([['sensors/t old', true]]);
  await sensor.publishAsync('sensors/t', 'new', { qos: 1, retain: true });
  await expect.poll(() => first.messages.length).toBe(2);
  expect(first.messages[1].retained).toBe(false);

  // The session knows the subscription: at the next start the broker has no copy to send.
  await first.broker.close();
  const second = client(url);
  await reached(second.broker, 'connected');
  await sensor.publishAsync('sensors/t', 'next', { qos: 1 });
  await expect.poll(() => second.messages.map(text)).toEqual(['sensors/t next']);
});

/** Serves sockets on a loopback port, and ends with the test. */
const listen = async (handle: (socket: Socket) => void): Promise<string> => {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => once(server.close(), 'close'));
  return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** A broker that speaks MQTT 3.1.1 only. */
const oldBroker = async (): Promise<Aedes> => {
  const aedes = await Aedes.createBroker();
  cleanUps.push(() => promisify(aedes.close.bind(aedes))());
  return aedes;
};

test('a broker that knows only MQTT 3.1.1 gets it, without being asked to', async () => {
  const { handle } = await oldBroker();
  const url = await listen(handle);
  const { broker, messages, notes, connections } = client(url);
  expect(await reached(broker, 'connected')).toMatchObject({ protocol: 4 });
  expect(connections.map(({ state }) => state)).toEqual(['connecting', 'connected']);
  expect(notes.map(({ message }) => message)).toEqual(['connected to the broker', 'the broker speaks MQTT 3.1.1 only']);
  const sensor = await bystander(url, [STATUS], { protocolVersion: 4 });
  await sensor.client.publishAsync('sensors/t', '21.5', { qos: 1 });
  await expect.poll(() => messages.map(text)).toEqual(['sensors/t 21.5']);
  await expect.poll(() => sensor.heard).toEqual([`${STATUS} online (r)`]);
});

test('a check finds out what a broker speaks, and says it when it may not choose', async () => {
  const { handle } = await oldBroker();
  const url = await listen(handle);
  await tryBroker(options(url));
  expect(await refusal({ ...options(url), protocol: 5 })).toBe(
    `${url} does not speak this version of MQTT: set mqtt.protocol to auto`,
  );
});

test('a broker that hangs up on MQTT 5 is offered 3.1.1', async () => {
  const { handle } = await oldBroker();
  const url = await listen((socket) => {
    socket.once('data', (packet: Buffer) => {
      // CONNECT: a header of 2 bytes (here 3: it is longer than 127), the name "MQTT" in 6, then the version.
      const version = packet[packet.indexOf('MQTT') + 4];
      if (version === 5) {
        socket.destroy();
        return;
      }
      socket.unshift(packet);
      handle(socket);
    });
  });
  const { broker } = client(url);
  expect(await reached(broker, 'connected')).toMatchObject({ protocol: 4 });
});

test('a refused filter is named; the others work', async () => {
  const aedes = await oldBroker();
  aedes.authorizeSubscribe = (_client, subscription, answer) => {
    answer(null, subscription.topic.startsWith('secret/') ? null : subscription);
  };
  const url = await listen(aedes.handle);
  const { broker, messages, notes } = client(url, { filters: ['sensors/#', 'secret/#'] });
  await reached(broker, 'connected');
  await expect
    .poll(() => notes.filter(({ level }) => level === 'error'))
    .toMatchObject([{ fields: { filter: 'secret/#' } }]);
  const sensor = await bystander(url, [], { protocolVersion: 4 });
  await sensor.client.publishAsync('sensors/t', '21.5', { qos: 1 });
  await expect.poll(() => messages.map(text)).toEqual(['sensors/t 21.5']);
});

test('a wrong password is told in words, without the password, and tried again until it is right', async () => {
  const server = await mosquitto({
    config: ['allow_anonymous false', 'password_file passwords'],
    files: { passwords: passwordLine('pi', 'another one') },
  });
  const { broker, notes } = client(server.url.replace('//', '//pi:sesame@'));
  const { reason } = await reached(broker, 'offline');
  expect(reason).toBe(
    `${server.url} does not authorise the user "pi": check mqtt.username and mqtt.password, and the broker's access rules`,
  );
  expect(JSON.stringify(notes)).not.toContain('sesame');

  writeFileSync(join(server.directory, 'passwords'), passwordLine('pi', 'sesame'));
  await server.restart();
  await reached(broker, 'connected');
  expect(await refusal({ ...options(server.url), protocol: 4, username: 'pi', password: 'guess' })).toContain(
    'the user "pi"',
  );
  expect(await refusal(options(server.url))).toContain('a client without a user name');
});

const tlsServer = (...config: string[]): Promise<Mosquitto> =>
  mosquitto({
    config: ['cafile ca.pem', 'certfile cert.pem', 'keyfile key.pem', ...config],
    files: {
      'ca.pem': CA,
      'other-ca.pem': OTHER_CA,
      'cert.pem': BROKER_CERT,
      'key.pem': BROKER_KEY,
      'our-cert.pem': CLIENT_CERT,
      'our-key.pem': CLIENT_KEY,
      // As in docs/security.md.
      rules: 'pattern write sensors/%u/#\nuser zankyo\ntopic read sensors/#\ntopic readwrite zankyo/#\n',
    },
  });

const refusal = async (options: BrokerOptions): Promise<unknown> => {
  const failure: unknown = await tryBroker(options).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'broker_unavailable' });
  return (failure as Error).message;
};

test('TLS: each thing that can be wrong has its own sentence, and with all of it right it connects', async () => {
  const { port, directory } = await tlsServer('require_certificate true');
  const ca = join(directory, 'ca.pem');
  const own = { cert: join(directory, 'our-cert.pem'), key: join(directory, 'our-key.pem') };
  const url = `mqtts://127.0.0.1:${port}`;
  const serverName = 'broker.test';
  expect(await refusal({ ...options(url), tls: {} })).toContain('set mqtt.tls.ca to');
  const other = join(directory, 'other-ca.pem');
  expect(await refusal({ ...options(url), tls: { ca: other, serverName } })).toBe(
    `${url}: the broker's certificate is not signed by the authority in ${other}; set mqtt.tls.ca to the one that signed it`,
  );
  expect(await refusal({ ...options(url), tls: { ca } })).toContain('certificate is for another name');
  expect(await refusal({ ...options(url), tls: { ca, serverName } })).toContain(
    "does not accept this client's certificate",
  );
  expect(await refusal(options(`mqtt://127.0.0.1:${port}`))).toContain('or mqtts:// (TLS, usually 8883)?');
  await tryBroker({ ...options(url), tls: { ca, serverName, ...own } });
  await tryBroker({ ...options(url), tls: { rejectUnauthorized: false, ...own } });
});

test.each(['tlsv1.2', 'tlsv1.3'])('TLS: a broker that wants %s or newer gets it', async (version) => {
  const { port, directory } = await tlsServer(`tls_version ${version}`);
  await tryBroker({
    ...options(`mqtts://127.0.0.1:${port}`),
    tls: { ca: join(directory, 'ca.pem'), serverName: 'broker.test' },
  });
});

test.each(['mqtts', 'wss'])(
  'TLS 1.1 is refused under %s, also where Node has been told to allow it',
  async (scheme) => {
    // OpenSSL itself has dropped the hashes of TLS 1.1, unless asked for them.
    const ciphers = 'DEFAULT:@SECLEVEL=0';
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers } as const;
    const server = tls.createServer({ cert: BROKER_CERT, key: BROKER_KEY, ...old }).listen(0, '127.0.0.1');
    server.on('tlsClientError', () => undefined);
    await once(server, 'listening');
    const defaults = [tls.DEFAULT_MIN_VERSION, tls.DEFAULT_CIPHERS] as const;
    [tls.DEFAULT_MIN_VERSION, tls.DEFAULT_CIPHERS] = ['TLSv1.1', ciphers];
    cleanUps.push(() => {
      [tls.DEFAULT_MIN_VERSION, tls.DEFAULT_CIPHERS] = defaults;
      return once(server.close(), 'close');
    });
    const { port } = server.address() as AddressInfo;
    const anyone = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(anyone, 'secureConnect');
    expect(anyone.getProtocol()).toBe('TLSv1.1');
    anyone.destroy();

    const url = `${scheme}://127.0.0.1:${port}`;
    expect(await refusal({ ...options(url), tls: { rejectUnauthorized: false } })).toMatch(
      /^\w+:\/\/127\.0\.0\.1:\d+ supports no safe TLS version \(\w+\): enable TLS 1\.2 or 1\.3 on the broker$/,
    );
  },
);

test('TLS: a client is let in by its certificate and known by the name in it', async () => {
  const { port, directory } = await tlsServer(
    'require_certificate true',
    'use_identity_as_username true',
    'allow_anonymous false',
    'acl_file rules',
  );
  const url = `mqtts://127.0.0.1:${port}`;
  const tls = {
    ca: join(directory, 'ca.pem'),
    cert: join(directory, 'our-cert.pem'),
    key: join(directory, 'our-key.pem'),
    serverName: 'broker.test',
  };
  const { broker, messages, notes } = client(url, { tls });
  await reached(broker, 'connected');
  const named = { ca: CA, cert: CLIENT_CERT, key: CLIENT_KEY, servername: 'broker.test' };
  const sensor = await bystander(url, [STATUS], named);
  await sensor.client.publishAsync('sensors/zankyo/t', '21.5', { qos: 1 });
  await expect(sensor.client.publishAsync('sensors/other/t', '99', { qos: 1 })).rejects.toThrow('Not authorized');
  await expect.poll(() => messages.map(text)).toEqual(['sensors/zankyo/t 21.5']);
  await expect.poll(() => sensor.heard).toEqual([`${STATUS} online (r)`]);
  expect(notes.filter(({ level }) => level !== 'info')).toEqual([]);
});

describe('a broker that lets us subscribe and not publish', () => {
  const rules = 'topic read sensors/#\ntopic read zankyo/#\n';
  const silenced = (acl = rules): Promise<Mosquitto> =>
    mosquitto({ config: ['acl_file rules'], files: { rules: acl } });
  const complaints = ({ notes }: Client): unknown[] =>
    notes.filter(({ level }) => level !== 'info').map(({ level, message }) => [level, message]);

  test('is told in one line a connection, however much is published', async () => {
    const { url } = await silenced();
    const listening = client(url);
    await reached(listening.broker, 'connected');
    for (let n = 0; n < 20; n++) listening.broker.publishState(`zankyo/site/${n}/state`, '1');
    const sentence = `${url} does not let the client "zankyo-test" publish to ${STATUS}, so alerts are not delivered: allow it to write to zankyo/site/# in the broker's access rules`;
    await expect.poll(() => complaints(listening)).toEqual([['error', sentence]]);
    await listening.broker.close();
    expect(complaints(listening)).toHaveLength(1);
  });

  test('in MQTT 3.1.1 is found out by what does not come back', async () => {
    const { url } = await silenced();
    const listening = client(url, { protocol: 4, connectTimeoutMs: 1_000 });
    await reached(listening.broker, 'connected');
    await expect
      .poll(() => complaints(listening))
      .toEqual([
        [
          'warn',
          `${url} does not deliver a message that the client "zankyo-test" published to ${STATUS}, so alerts may be lost (MQTT 3.1.1 reports no refusals): allow it to read and write zankyo/site/# in the broker's access rules`,
        ],
      ]);
  });

  test('fails a check, or puts it in doubt', async () => {
    const { url } = await silenced();
    const failure: unknown = await tryBroker({ ...options(url), username: 'pi' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'publishing_refused' });
    expect((failure as Error).message).toContain(`does not let the user "pi" publish to ${STATUS}`);
    const doubt = await tryBroker({ ...options(url), protocol: 4, connectTimeoutMs: 1_000 });
    expect(doubt).toContain(`does not deliver a message that the client "zankyo-test-check" published to ${STATUS}`);
  });

  /** A broker that closes the connection of a client which publishes. */
  const hangingUp = (version: number): Promise<string> =>
    listen((socket) => {
      // CONNACK: accepted, without properties in version 5.
      socket.once('data', () => socket.write(Buffer.from(version === 5 ? [0x20, 3, 0, 0, 0] : [0x20, 2, 0, 0])));
      socket.on('data', (packets: Buffer) => {
        // Each packet: its type, and a length below 128.
        for (let at = 0; at < packets.length; at += 2 + packets[at + 1]) if (packets[at] >> 4 === 3) socket.destroy();
      });
      socket.on('error', () => undefined);
    });

  test.each([4, 5] as const)(
    'fails a check where the broker closes the connection instead, in version %i',
    async (protocol) => {
      const url = await hangingUp(protocol);
      const failure: unknown = await tryBroker({ ...options(url), protocol }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'publishing_refused' });
      expect((failure as Error).message).toBe(
        `${url} closed the connection when the client "zankyo-test-check" published to ${STATUS}: allow it to write to zankyo/site/# in the broker's access rules`,
      );
    },
  );

  test('is not suspected where all is well, in either version, by us or a check, which nobody takes for a status', async () => {
    const { url } = await silenced('topic readwrite #\n');
    for (const protocol of [4, 5] as const) {
      const talking = client(url, {
        protocol,
        clientId: `zankyo-${protocol}`,
        filters: ['#'],
        connectTimeoutMs: 1_000,
      });
      await reached(talking.broker, 'connected');
      expect(await tryBroker({ ...options(url), protocol })).toBeNull();
      await sleep(1_500);
      expect(complaints(talking)).toEqual([]);
      // Nor does it hear itself.
      expect(talking.messages).toEqual([]);
      const late = await bystander(url, [STATUS]);
      await expect.poll(() => late.heard).toEqual([`${STATUS} online (r)`]);
      await talking.broker.close();
    }
  });
});

test('TLS spoken to a plain port is told as such', async () => {
  const { port } = await mosquitto();
  expect(await refusal(options(`mqtts://127.0.0.1:${port}`))).toContain(
    'is it mqtt:// there (plain, usually port 1883)',
  );
});

test('a message larger than the service takes stays with the broker, and the connection stands', async () => {
  const { url } = await mosquitto();
  const { broker, messages, connections } = client(url);
  await reached(broker, 'connected');
  const { client: sensor } = await bystander(url, []);
  await sensor.publishAsync('sensors/big', Buffer.alloc(300 * 1024, 'x'), { qos: 1 });
  await sensor.publishAsync('sensors/t', '1', { qos: 1 });
  await expect.poll(() => messages.map(text)).toEqual(['sensors/t 1']);
  expect(connections.map(({ state }) => state)).toEqual(['connecting', 'connected']);
});

test('a port that answers in something else is left and tried again', async () => {
  const url = await listen((socket) => {
    socket
      .on('error', () => undefined)
      .resume()
      .end('220 mail.test ESMTP\r\n');
  });
  const { broker } = client(url);
  expect((await reached(broker, 'offline')).reason).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+/);
});

/** Nothing but `close` itself ends its wait: neither a ping without an answer nor an attempt that takes too long. */
const PATIENT: Partial<BrokerOptions> = { keepaliveMs: 0, connectTimeoutMs: 3_600_000 };

test('close ends when the broker is down, with events still waiting', async () => {
  const server = await mosquitto();
  const { broker } = client(server.url, PATIENT);
  await reached(broker, 'connected');
  await server.kill();
  broker.publishEvent('zankyo/site/events', 'opened');
  await broker.close();
});

test('close ends when the broker has fallen silent, and when it never answered', async () => {
  const server = await mosquitto();
  const connected = client(server.url, PATIENT);
  await reached(connected.broker, 'connected');
  server.freeze();
  const waiting = client(server.url, { ...PATIENT, clientId: 'zankyo-other' });
  connected.broker.publishEvent('zankyo/site/events', 'opened');
  await connected.broker.close();
  await waiting.broker.close();
  await server.kill();
});

test('what was published just before close still goes out, the farewell last', async () => {
  const { url } = await mosquitto();
  const { heard } = await bystander(url, ['zankyo/#']);
  const { broker } = client(url);
  await reached(broker, 'connected');
  for (let n = 0; n < 100; n++) broker.publishEvent('zankyo/site/events', String(n));
  await broker.close();
  expect(heard.slice(1)).toEqual([
    ...Array.from({ length: 100 }, (_, n) => `zankyo/site/events ${n}`),
    `${STATUS} offline`,
  ]);
  expect(heard[0]).toBe(`${STATUS} online`);
});

test.each(['localhost:1883', 'http://localhost', 'mqtt://', 'mqtt://pi:ses%ame@host', ''])(
  'the address "%s" is refused before anything is tried, without repeating it',
  (url) => {
    expect(() => openBroker(options(url))).toThrow(
      new AppError('config_invalid', 'mqtt.url: cannot be read as a broker address; write mqtt://host:1883'),
    );
  },
);

test('a certificate file that cannot be read is named', () => {
  const tls = { ca: '/nowhere/ca.pem' };
  expect(() => openBroker({ ...options('mqtts://127.0.0.1'), tls })).toThrow('mqtt.tls.ca: /nowhere/ca.pem');
});

test.each(['ca', 'cert', 'key'])('a file for mqtt.tls.%s that holds something else is named', (name) => {
  const path = join(import.meta.dirname, '../../package.json');
  expect(() => openBroker({ ...options('mqtts://127.0.0.1'), tls: { [name]: path } })).toThrow(
    new AppError('config_invalid', `mqtt.tls.${name}: ${path} is not a PEM file`),
  );
});

test('a certificate without its own key is told before anything is tried', async () => {
  const { url, directory } = await tlsServer();
  const tls = { cert: join(directory, 'ca.pem'), key: join(directory, 'key.pem') };
  expect(() => openBroker({ ...options(url), tls })).toThrow('do not hold a certificate and its own key');
});

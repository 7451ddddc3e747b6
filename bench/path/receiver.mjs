// One contender: receives the given number of messages, and answers with the CPU time.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { connectAsync, UniqueMessageIdProvider } from 'mqtt';
import { startService } from '../../dist/app/service.js';
import { loadSite } from '../../dist/config/load.js';
import { loadKernel } from '../../dist/io/files/kernel-file.js';
import { Profile } from './profile.mjs';

const { url, base, directory, form, core, tuning } = JSON.parse(process.argv[2]);
const PATIENCE_MS = 10_000;

/** An mqtt.js client with the options of src/io/mqtt/broker.ts. */
async function listen(onMessage) {
  const client = await connectAsync(url, {
    clientId: base,
    protocolVersion: 5,
    keepalive: 20,
    clean: false,
    properties: { sessionExpiryInterval: 86_400, receiveMaximum: 256, maximumPacketSize: 256 * 1024 },
    resubscribe: false,
    queueQoSZero: false,
    messageIdProvider: new UniqueMessageIdProvider(),
  });
  client.on('message', onMessage);
  await client.subscribeAsync(`${base}/+`, { qos: 1, rh: 1, rap: false });
}

/** Each returns a function that returns the number of processed messages. */
const FORMS = {
  async count() {
    let received = 0;
    await listen(() => received++);
    return { received: () => received };
  },

  async dispatch() {
    let received = 0;
    const devices = new Map();
    const addDevice = (topic) => {
      const device = { value: NaN };
      const receive = ({ temperature }) => {
        device.value = temperature;
        received++;
      };
      devices.set(topic, receive);
      return receive;
    };
    await listen((topic, payload) => {
      const receive = devices.get(topic) ?? addDevice(topic);
      receive(JSON.parse(payload.toString()));
    });
    return { received: () => received };
  },

  /** As `zankyo run` does it. */
  async service() {
    const config = join(directory, `${base}.yaml`);
    const database = join(directory, `${base}.db`);
    const input = { topic: `${base}/+`, path: 'temperature', name: '{1}', time: 'last_seen' };
    // JSON is YAML.
    writeFileSync(
      config,
      JSON.stringify({ site: base, database, max_series: 20_000, mqtt: { url }, inputs: [input], tuning }),
    );
    const log = (level, fields, text) => {
      if (level !== 'info') console.error(`${base}: ${text}`, fields);
    };
    const kernel = core === 'float64' ? null : loadKernel();
    const service = startService(loadSite(config).site, { log, kernel });
    service.failure.catch((error) => {
      console.error(error);
      process.exit(1);
    });
    while (service.connection !== 'connected') await sleep(10);
    await sleep(200); // it has subscribed by then; if not, messages are missing, and that is reported
    const episodes = new Database(database, { readonly: true }).prepare('SELECT count(*) FROM anomaly').pluck();
    return { received: () => service.readings, episodes: () => episodes.get() };
  },
};

const { received, episodes = () => null } = await FORMS[form]();
const profile = new Profile();

/** Waits until `messages` more are processed, or until no more arrive. Polling every millisecond costs almost nothing. */
async function take(messages) {
  const before = received();
  const cpu = process.cpuUsage();
  process.send({}); // ready for messages
  let taken = 0;
  for (let patience = performance.now() + PATIENCE_MS; taken < messages && performance.now() < patience;) {
    await sleep(1);
    if (received() - before > taken) patience = performance.now() + PATIENCE_MS;
    taken = received() - before;
  }
  const doneAt = process.hrtime.bigint();
  const { user, system } = process.cpuUsage(cpu);
  return { taken, cpuUs: user + system, doneAt: doneAt.toString() };
}

process.on('message', async ({ messages, profiled }) => {
  if (messages === undefined) {
    const { rss: resident, heapUsed: heap } = process.memoryUsage();
    return process.send({ episodes: episodes(), profile: profile.lines, resident, heap });
  }
  if (profiled) await profile.start();
  const answer = await take(messages);
  if (profiled) await profile.stop();
  process.send(answer);
});
process.on('disconnect', () => process.exit());
process.send({});

import { connectAsync } from 'mqtt';
import { alertsOver, healthJson, healthTopic, statusTopic } from '../../dist/io/mqtt/alerts.js';

const PREFIX = 'zankyo';
/** Connections are made so many at a time: the queue of a listening socket is short. */
const AT_ONCE = 50;

/** Sites of a number of series each, with the connections and the messages of the service. */
export class Sites {
  /** Messages that the broker has acknowledged, by kind. */
  sent = { status: 0, state: 0, health: 0, event: 0, incident: 0 };
  #sites;
  #url;
  #pending = new Set();

  constructor(url, count, series) {
    this.#url = url;
    this.#sites = Array.from({ length: count }, (_, i) => this.#site(`site-${String(i).padStart(4, '0')}`, series));
  }

  get names() {
    return this.#sites.map(({ name }) => name);
  }

  async connect() {
    for (let from = 0; from < this.#sites.length; from += AT_ONCE)
      await Promise.all(this.#sites.slice(from, from + AT_ONCE).map((site) => this.#connect(site)));
  }

  /** As a line that is cut: the broker publishes the last wills. */
  cut() {
    for (const { client } of this.#sites) client.stream.destroy();
  }

  /** Publishes the state of series d of a site. */
  state(i, d, at) {
    const { port, series } = this.#sites[i];
    const value = 20 + Math.sin(at / 3_600_000 + i) + ((at / 1000 + 7 * d) % 10) / 20;
    port.state({
      ...{ slug: series[d], label: null, at, phase: 'ready', warmup: 1, readyInMs: 0, unseen: [] },
      ...{ heldUntil: null, coolDownUntil: null, value, expected: 20.2, lower: 18, upper: 22, score: 0.31 },
      ...{ anomaly: 'OFF', drift: 'OFF', frozen: 'OFF', frozenUntil: null, sensitivity: 1, muted: 'OFF' },
      ...{ maintenance: 'OFF', maintenanceUntil: null, margin: 0.42, mode: null, unit: '°C' },
    });
  }

  health(i, at) {
    const { name, series } = this.#sites[i];
    const health = {
      ...{ version: '0.1.0', uptimeMs: 86_400_000, memory: { rss: 98e6, heap: 41e6 }, broker: 'connected' },
      ...{ connections: 3, learning: 'full', readings: 864_000, untrained: 0, rejected: { duplicate: 12 } },
      streams: { learning: 0, ready: series.length, silent: 0 },
      ...{ alarms: { process: 0, drift: 0, sensor: 0 }, commands: { done: 0, refused: 0 } },
      ...{ queues: { mqtt: 0, database: 3, notify: 0 }, droppedEvents: 0, droppedWrites: 0, problems: [], at },
    };
    this.#publish(i, 'health', healthTopic(PREFIX, name), healthJson(health), true);
  }

  /** Publishes an alarm of a site from its opening to its end, with its incident: six messages. */
  alarm(i, n, startAt) {
    const { port, series } = this.#sites[i];
    for (const { event, incident } of alarmOf(series[n % series.length], n, startAt)) {
      port.event(event);
      port.incident(incident);
    }
  }

  /** All that was published is at the broker. */
  async settled() {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  async close() {
    await Promise.all(this.#sites.map(({ client }) => client.endAsync(true)));
  }

  #site(name, count) {
    const i = Number(name.slice(5));
    const series = Array.from({ length: count }, (_, d) => `pump-${d}-temperature`);
    const kindOf = (topic) => (topic.includes('/incident/') ? 'incident' : 'event');
    const port = alertsOver(
      { add: (topic, payload) => this.#publish(i, kindOf(topic), topic, payload, false) },
      { publish: (topic, payload) => this.#publish(i, 'state', topic, payload, true) },
      PREFIX,
      name,
    );
    return { name, series, port, client: null };
  }

  async #connect(site) {
    const topic = statusTopic(PREFIX, site.name);
    const clientId = `bench-${site.name}`;
    const will = { topic, payload: 'offline', qos: 1, retain: true };
    site.client = await connectAsync(this.#url, { clientId, protocolVersion: 5, reconnectPeriod: 0, will });
    site.client.on('error', () => undefined);
    await site.client.publishAsync(topic, 'online', { qos: 1, retain: true });
    this.sent.status++;
  }

  #publish(i, kind, topic, payload, retain) {
    const done = this.#sites[i].client.publishAsync(topic, payload, { qos: 1, retain }).then(() => {
      this.sent[kind]++;
      this.#pending.delete(done);
    });
    this.#pending.add(done);
  }
}

/** The events of an alarm of 40 minutes: opened, updated, closed. */
export function alarmOf(series, n, startAt) {
  const minute = (m) => startAt + m * 60_000;
  const id = `${series}-p${n.toString(36)}`;
  const reason = `${series} is 31.4 °C, expected 18 to 22 °C (since ${new Date(startAt).toISOString().slice(0, 16)} UTC, 97 % sure).`;
  return [
    { phase: 'opened', at: minute(3), severity: 'minor', endAt: null, open: 1 },
    { phase: 'updated', at: minute(9), severity: n % 5 === 0 ? 'critical' : 'major', endAt: null, open: 1 },
    { phase: 'closed', at: minute(40), severity: n % 5 === 0 ? 'critical' : 'major', endAt: minute(38), open: 0 },
  ].map(({ phase, at, severity, endAt, open }) => ({
    event: {
      phase,
      at,
      anomaly: {
        ...{ id, stream: series, series, kind: 'process', severity, startAt, openedAt: minute(3), peakAt: minute(9) },
        ...{ endAt, endedBy: endAt === null ? null : 'calm', score: 2.31, confidence: 0.97, value: 31.4 },
        ...{ expected: 20.2, lower: 18, upper: 22, gap: null, unit: '°C', contributions: { [series]: 1 } },
        ...{ evidence: { level: 0.9, forecast: 0.1 }, reason, incident: id },
      },
    },
    incident: { phase, at, incident: { id, severity, startAt, endAt, episodes: 1, open, series: [series], reason } },
  }));
}

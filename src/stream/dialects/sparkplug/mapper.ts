import type { DialectContext, DialectMemory, DialectMessage, Mapper, Receiver } from '../dialect.ts';
import { instantOf } from '../general/instant.ts';
import { bornMetric, isBad, type BornMetric } from './births.ts';
import { isMeasured, isPlain, valueOf } from './datatype.ts';
import { Birth, EdgeNode } from './edge-node.ts';
import { MalformedPayload, PayloadReader } from './payload.ts';
import { RebirthRequests } from './rebirth.ts';

/** Edge nodes of one input; messages of further ones are refused. */
const MAX_EDGE_NODES = 1000;
/** Devices of one edge node. */
const MAX_DEVICES = 1000;
/** Metrics in all births of one input; further ones are not known. */
const MAX_METRICS = 50_000;
/** Topics that are split once and kept. */
const MAX_TOPICS = 4096;
/** A birth is kept in one piece. */
const MAX_KEPT_BYTES = 65_536;

type MessageType = 'NBIRTH' | 'NDATA' | 'NDEATH' | 'DBIRTH' | 'DDATA' | 'DDEATH';
const TYPES: ReadonlySet<string> = new Set<MessageType>(['NBIRTH', 'NDATA', 'NDEATH', 'DBIRTH', 'DDATA', 'DDEATH']);

interface Route {
  /** Null: commands and the state of hosts, which are not read. */
  readonly type: MessageType | null;
  readonly group: string;
  readonly edge: string;
  readonly device: string;
}

/** Reads the messages of all edge nodes that one input receives. */
export class SparkplugMapper implements Mapper {
  private readonly memory: DialectMemory | undefined;
  private readonly rebirths: RebirthRequests | null;
  private readonly reader = new PayloadReader();
  private readonly routes = new Map<string, Route>();
  private readonly nodes = new Map<string, EdgeNode>();
  private metrics = 0;

  constructor({ memory, publish }: Pick<DialectContext, 'memory' | 'publish'>) {
    this.memory = memory;
    this.rebirths = publish === undefined ? null : new RebirthRequests(publish);
  }

  read(message: DialectMessage, receiver: Receiver): void {
    const { type, group, edge, device } = this.route(message.topic);
    if (type === null) return;
    const node = this.node(group, edge);
    if (node === null) {
      receiver.refuse('too_many_series');
      return;
    }
    try {
      this.reader.start(message.payload);
      switch (type) {
        case 'NBIRTH':
        case 'DBIRTH':
          this.birth(node, device, message, receiver);
          break;
        case 'NDATA':
        case 'DDATA':
          this.data(node, device, message, receiver);
          break;
        case 'NDEATH':
          this.nodeDeath(node, receiver);
          break;
        case 'DDEATH':
          this.sequence(node, message, receiver);
          receiver.availability(node.deviceName(device), false);
      }
    } catch (error) {
      if (!(error instanceof MalformedPayload)) throw error;
      receiver.refuse('not_sparkplug');
    }
  }

  private birth(node: EdgeNode, device: string, message: DialectMessage, receiver: Receiver): void {
    const { reader } = this;
    if (device === '') {
      for (const birth of node.births.values()) this.metrics -= birth?.metrics.size ?? 0;
      node.begin(reader.seq);
    } else {
      this.sequence(node, message, receiver);
      if (!node.births.has(device) && node.births.size >= MAX_DEVICES) {
        receiver.refuse('too_many_series');
        return;
      }
      this.metrics -= node.births.get(device)?.metrics.size ?? 0;
    }
    const before = node.birthBefore(device);
    const birth = new Birth();
    node.births.set(device, birth);
    const name = node.deviceName(device);
    receiver.availability(name, true);
    while (reader.next()) {
      const { metric } = reader;
      if (metric.name === '') continue;
      if (metric.name === 'bdSeq') node.bdSeq = metric.value;
      if (this.metrics >= MAX_METRICS) {
        receiver.refuse('too_many_series');
        break;
      }
      const born = bornMetric(name, metric, before?.find(metric.name, -1));
      if (!birth.metrics.has(born.name)) this.metrics++;
      birth.add(born);
      this.value(name, born, receiver);
    }
    this.keep(name, birth);
  }

  private data(node: EdgeNode, device: string, message: DialectMessage, receiver: Receiver): void {
    this.sequence(node, message, receiver);
    const { reader } = this;
    const birth = this.birthOf(node, device);
    const name = node.deviceName(device);
    let unknown = false;
    while (reader.next()) {
      const { metric } = reader;
      const born =
        birth?.find(metric.name, metric.alias) ??
        (metric.name !== '' && metric.datatype !== 0 ? bornMetric(name, metric) : null);
      if (born === null) unknown = true;
      else this.value(name, born, receiver);
    }
    if (!unknown) return;
    receiver.refuse('no_birth');
    this.rebirths?.request(node.group, node.edge, node.wait, message.receivedAt);
  }

  private value(device: string, { signal, datatype, facts, read }: BornMetric, receiver: Receiver): void {
    const { metric, timestamp } = this.reader;
    if (!read) {
      if (!isMeasured(datatype) && !isPlain(datatype)) receiver.refuse('compound_value');
      return;
    }
    if (metric.historical) {
      receiver.refuse('historical');
      return;
    }
    const value = metric.isNull || isBad(metric.properties) ? null : valueOf(metric, datatype);
    const said = metric.timestamp > 0 ? metric.timestamp : timestamp;
    receiver.sample(device, signal, value, said > 0 ? instantOf(said, receiver) : null, facts);
  }

  /** An old session may end after the new one has begun: the broker sends its will late. */
  private nodeDeath(node: EdgeNode, receiver: Receiver): void {
    const { reader } = this;
    while (reader.next()) {
      const { name, value } = reader.metric;
      if (name === 'bdSeq' && node.bdSeq >= 0 && value !== node.bdSeq) return;
    }
    node.seq = -1;
    receiver.availability(node.name, false, true);
  }

  private sequence(node: EdgeNode, message: DialectMessage, receiver: Receiver): void {
    if (this.reader.seq < 0 || node.follows(this.reader.seq)) return;
    receiver.refuse('sequence_gap');
    this.rebirths?.request(node.group, node.edge, node.wait, message.receivedAt);
  }

  /** The birth of a device; the first time, one that was kept before a restart. */
  private birthOf(node: EdgeNode, device: string): Birth | null {
    const known = node.births.get(device);
    if (known !== undefined) return known;
    if (node.begun || node.births.size >= MAX_DEVICES) return null;
    const kept = this.memory?.get(node.deviceName(device)) ?? null;
    const birth = kept === null ? null : Birth.unpack(node.deviceName(device), kept);
    const fits = birth !== null && this.metrics + birth.metrics.size <= MAX_METRICS;
    if (fits) this.metrics += birth.metrics.size;
    node.births.set(device, fits ? birth : null);
    return fits ? birth : null;
  }

  private keep(name: string, birth: Birth): void {
    if (this.memory === undefined) return;
    const packed = birth.pack();
    if (packed.length > MAX_KEPT_BYTES) return;
    const before = this.memory.get(name);
    if (before === null || Buffer.compare(before, packed) !== 0) this.memory.set(name, packed);
  }

  private node(group: string, edge: string): EdgeNode | null {
    const name = `${group}/${edge}`;
    const known = this.nodes.get(name);
    if (known !== undefined) return known;
    if (this.nodes.size >= MAX_EDGE_NODES) return null;
    const node = new EdgeNode(group, edge);
    this.nodes.set(name, node);
    return node;
  }

  private route(topic: string): Route {
    const known = this.routes.get(topic);
    if (known !== undefined) return known;
    if (this.routes.size >= MAX_TOPICS) this.routes.clear();
    const route = routeOf(topic);
    this.routes.set(topic, route);
    return route;
  }
}

const routeOf = (topic: string): Route => {
  const [, group = '', type = '', edge = '', ...device] = topic.split('/');
  const isDevice = device.length > 0;
  const fits = TYPES.has(type) && type.startsWith('D') === isDevice && edge !== '';
  return { type: fits ? (type as MessageType) : null, group, edge, device: device.join('/') };
};

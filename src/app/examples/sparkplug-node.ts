import { PbfWriter } from 'pbf';
import { DATATYPE } from '../../stream/dialects/sparkplug/datatype.ts';
import type { RecordedMessage } from './recording.ts';

/** A number that a device sends, as its birth announces it. */
export interface Instrument {
  /** Name of the metric, with folders: `Bearing/Temperature`. */
  readonly name: string;
  readonly unit: string;
  readonly range: readonly [number, number];
}

/**
 * An edge node in the manner of the Sparkplug 3.0 specification: names, data types and units in its births, aliases alone in its
 * data, one sequence number over all its messages, and a death with the number of the session.
 */
export class SparkplugNode {
  private readonly group: string;
  private readonly edge: string;
  /** By device; '' is the edge node itself. */
  private readonly devices: ReadonlyMap<string, readonly Instrument[]>;
  private seq = -1;
  private session = -1;

  constructor(group: string, edge: string, devices: ReadonlyMap<string, readonly Instrument[]>) {
    this.group = group;
    this.edge = edge;
    this.devices = devices;
  }

  /** A new session: NBIRTH, then the DBIRTH of each device. `values`: the present ones, by device. */
  births(at: number, values: ReadonlyMap<string, readonly number[]>): readonly RecordedMessage[] {
    this.session = (this.session + 1) & 255;
    this.seq = -1;
    return ['', ...[...this.devices.keys()].filter((device) => device !== '')].map((device) => {
      const metrics = this.metricsOf(device, at, values.get(device) ?? []);
      return this.message('BIRTH', device, at, (pbf) => {
        if (device === '') {
          pbf.writeMessage(2, writeSession, { at, session: this.session });
          pbf.writeMessage(2, writeRebirth, at);
        }
        for (const metric of metrics) pbf.writeMessage(2, writeBorn, metric);
      });
    });
  }

  /** The values of all instruments of a device. */
  data(at: number, device: string, values: readonly number[]): RecordedMessage {
    return this.message('DATA', device, at, (pbf) => {
      for (const metric of this.metricsOf(device, at, values)) pbf.writeMessage(2, writeValue, metric);
    });
  }

  /** The will that the broker sends when the edge node is gone. */
  death(at: number): RecordedMessage {
    const pbf = new PbfWriter();
    pbf.writeVarintField(1, at);
    pbf.writeMessage(2, writeSession, { at, session: this.session });
    return { at, topic: `spBv1.0/${this.group}/NDEATH/${this.edge}`, payload: pbf.finish() };
  }

  private message(type: string, device: string, at: number, write: (pbf: PbfWriter) => void): RecordedMessage {
    this.seq = (this.seq + 1) & 255;
    const pbf = new PbfWriter();
    pbf.writeVarintField(1, at);
    write(pbf);
    pbf.writeVarintField(3, this.seq);
    const verb = `${device === '' ? 'N' : 'D'}${type}`;
    const topic = `spBv1.0/${this.group}/${verb}/${this.edge}${device === '' ? '' : `/${device}`}`;
    return { at, topic, payload: pbf.finish() };
  }

  /** Aliases are unique over all devices: they count on from one to the next. */
  private metricsOf(device: string, at: number, values: readonly number[]): readonly SentMetric[] {
    let alias = 1;
    for (const [name, instruments] of this.devices) {
      const first = alias;
      if (name === device) return instruments.map((it, i) => ({ ...it, alias: first + i, at, value: values[i] }));
      alias += instruments.length;
    }
    return [];
  }
}

interface SentMetric extends Instrument {
  readonly alias: number;
  readonly at: number;
  readonly value: number;
}

const writeValue = ({ alias, at, value }: SentMetric, pbf: PbfWriter): void => {
  pbf.writeVarintField(2, alias);
  pbf.writeVarintField(3, at);
  pbf.writeFloatField(12, value);
};

const writeBorn = (metric: SentMetric, pbf: PbfWriter): void => {
  pbf.writeStringField(1, metric.name);
  pbf.writeVarintField(4, DATATYPE.float);
  pbf.writeMessage(9, writeProperties, metric);
  writeValue(metric, pbf);
};

const writeProperties = ({ unit, range: [low, high] }: SentMetric, pbf: PbfWriter): void => {
  for (const key of ['engUnit', 'engLow', 'engHigh']) pbf.writeStringField(1, key);
  pbf.writeMessage(2, writeTextProperty, unit);
  pbf.writeMessage(2, writeNumberProperty, low);
  pbf.writeMessage(2, writeNumberProperty, high);
};

const writeTextProperty = (text: string, pbf: PbfWriter): void => {
  pbf.writeVarintField(1, DATATYPE.string);
  pbf.writeStringField(8, text);
};

const writeNumberProperty = (value: number, pbf: PbfWriter): void => {
  pbf.writeVarintField(1, DATATYPE.double);
  pbf.writeDoubleField(6, value);
};

const writeSession = ({ at, session }: { readonly at: number; readonly session: number }, pbf: PbfWriter): void => {
  pbf.writeStringField(1, 'bdSeq');
  pbf.writeVarintField(3, at);
  pbf.writeVarintField(4, DATATYPE.int64);
  pbf.writeVarintField(11, session);
};

const writeRebirth = (at: number, pbf: PbfWriter): void => {
  pbf.writeStringField(1, 'Node Control/Rebirth');
  pbf.writeVarintField(3, at);
  pbf.writeVarintField(4, DATATYPE.boolean);
  pbf.writeBooleanField(14, false);
};

import { MAX_PARTS } from '../../values/json.ts';
import type { Dialect, DialectContext, DialectMessage, Mapper, Receiver, SignalFacts } from '../dialect.ts';
import { MAX_DEPTH, PathTree, type PathNode } from './path-tree.ts';
import { remember, rememberPairs } from '../remember.ts';
import { statedFacts } from '../signals/stated-facts.ts';
import { TIME_KEYS, timeKeyOf, timeOf } from '../time.ts';
import { DUPLICATE, FAHRENHEIT } from '../signals/usual-facts.ts';

/** Values of one message that are read; more would delay all other messages. */
const MAX_VALUES = 4096;
/** A longer list of bare numbers is a curve, not one signal for each index. */
const MAX_INDEXES = 16;
/** Keys whose text names the object that they are in. */
const NAME_KEYS = ['name', 'id', 'sensor_id', 'sensor', 'device', 'key', 'n', 'label'];
/** Keys of the one value of an object that is named by a text beside it. */
const VALUE_KEYS = ['value', 'v', 'val', 'reading'];
const UNIT_KEYS = ['unit', 'units', 'u', 'unit_of_measurement'];
const MAX_NAME = 64;

const TIME = 1;
const VALUE = 2;
const NAME = 4;
/** Keys that may have a part of their own in an object. */
const ROLES: ReadonlyMap<string, number> = new Map([
  ...TIME_KEYS.map((key) => [key, TIME] as const),
  ...VALUE_KEYS.map((key) => [key, VALUE] as const),
  ...NAME_KEYS.map((key) => [key, NAME] as const),
]);

/** Which parts the keys of an object may have. One look at each key: to ask for every usual key takes longer than to read the numbers. */
function rolesOf(object: Record<string, unknown>): number {
  let roles = 0;
  for (const key in object) roles |= ROLES.get(key) ?? 0;
  return roles;
}

/**
 * JSON objects and lists of any device. Device: the topic; signal: the path, with dots.
 *
 * - `{"temp": 21.5, "air": {"co2": 600}}`: signals `temp` and `air.co2`.
 * - `{"sensor_id": "S1", "value": 3.2, "unit": "bar"}`: signal `S1` in bar.
 * - `{"value": 3.2}`: signal `value`, with the unit and kind that follow from the topic; `{"value": 3.2, "unit": "bar"}`: in bar.
 * - `{"tempc": 20, "tempf": 68}`: the second is the first one again; without the first it is a signal in °F.
 * - `[{"name": "in", "temp": 3}, {"name": "out", "temp": 9}]`: signals `in.temp` and `out.temp`.
 * - `[{"ts": 1700000000, "v": 1}, {"ts": 1700000010, "v": 2}]`: two values of signal `v`, at these times.
 * - `[3, 9]` below `power`: signals `power.1` and `power.2`.
 *
 * The time is that of the nearest object around a value that has one, under a usual key (time.ts) or at the input's `time`.
 */
export const json: Dialect = {
  name: 'json',
  sniffs: (payload) => {
    const first = firstByte(payload);
    return first === 0x7b || first === 0x5b; // { [
  },
  open: (context) => new JsonMapper(context),
};

/** The first byte that is no white space; -1 if there is none. */
export function firstByte(payload: Uint8Array): number {
  for (const byte of payload) if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
  return -1;
}

class JsonMapper implements Mapper {
  private readonly context: DialectContext;
  private readonly tree = new PathTree();
  private readonly root = this.tree.root();
  private readonly named: SignalFacts[] = [];
  /** Of a value whose object has no name for it. */
  private readonly unnamed = rememberPairs((topic, unit) =>
    statedFacts(topic, 'value', { unit: unit.slice(0, 16) }, true),
  );
  private readonly celsiusOf = remember(celsiusOf);
  // Of the message that is read.
  private message!: DialectMessage;
  private receiver!: Receiver;
  private left = 0;
  private partsLeft = 0;

  constructor(context: DialectContext) {
    this.context = context;
  }

  read(message: DialectMessage, receiver: Receiver): void {
    const document = message.json();
    if (document === undefined) return;
    this.message = message;
    this.receiver = receiver;
    this.left = MAX_VALUES;
    this.partsLeft = MAX_PARTS;
    const { each, time } = this.context;
    const at = time === null ? null : this.time(time(document));
    const content = each === null ? document : each(document);
    if (each !== null && !Array.isArray(content)) receiver.refuse('no_list');
    else this.value(this.root, '', content, at);
    if (this.full) receiver.refuse('long_list');
  }

  /** Whether the message has more than is read: a value or a part was dropped. */
  private get full(): boolean {
    return this.left < 0 || this.partsLeft < 0;
  }

  private value(node: PathNode, key: string, value: unknown, at: number | null): void {
    if (Array.isArray(value)) this.list(key === '' ? node : this.tree.at(node, key), value, at);
    else if (typeof value === 'object' && value !== null)
      this.member(key === '' ? node : this.tree.at(node, key), value as Record<string, unknown>, at);
    else this.sample((key === '' ? node : this.tree.at(node, key)).path, value, at, null);
  }

  /** An object below a key, or the document. */
  private member(node: PathNode, object: Record<string, unknown>, at: number | null): void {
    const roles = rolesOf(object);
    this.object(node, object, roles, this.timeKey(object, roles), at);
  }

  /** The usual key of the time of an object; null where it has none, or where the input names another. */
  private timeKey(object: object, roles: number): string | null {
    return this.context.time === null && (roles & TIME) !== 0 ? timeKeyOf(object) : null;
  }

  private object(
    node: PathNode,
    object: Record<string, unknown>,
    roles: number,
    timeKey: string | null,
    at: number | null,
  ): void {
    if (node.depth > MAX_DEPTH || this.partsLeft-- <= 0) return;
    let since = at;
    if (timeKey !== null) since = this.time(object[timeKey]) ?? at;
    else if (this.context.time !== null && node !== this.root) since = this.time(this.context.time(object)) ?? at;
    if ((roles & VALUE) !== 0 && (roles & NAME) !== 0 && this.readNamed(node, object, since)) return;
    const unit = (roles & VALUE) === 0 ? undefined : UNIT_KEYS.find((key) => typeof object[key] === 'string');
    for (const key in object) {
      if (this.full) return;
      if (key === timeKey) continue;
      const facts = this.factsBeside(key, object, unit);
      if (facts === null) this.value(node, key, object[key], since);
      else this.sample(this.tree.at(node, key).path, object[key], since, facts);
    }
  }

  /** What the other members of its object say of a number. */
  private factsBeside(key: string, object: Record<string, unknown>, unit: string | undefined): SignalFacts | null {
    if (unit !== undefined && VALUE_KEYS.includes(key)) return this.unnamed(this.message.topic, object[unit] as string);
    const last = key.charCodeAt(key.length - 1);
    if ((last !== F && last !== SMALL_F) || typeof object[key] === 'object') return null;
    const celsius = this.celsiusOf(key);
    if (celsius === null) return null;
    return celsius.some((name) => Object.hasOwn(object, name)) ? DUPLICATE : FAHRENHEIT;
  }

  /** An object with a key of a value and one of a name: one value, if a text names it. */
  private readNamed(node: PathNode, object: Record<string, unknown>, at: number | null): boolean {
    const name = nameIn(object);
    if (name === null) return false;
    const valueKey = VALUE_KEYS.find((key) => Object.hasOwn(object, key))!;
    const unitKey = UNIT_KEYS.find((key) => typeof object[key] === 'string');
    this.sample(
      this.tree.at(node, name).path,
      object[valueKey],
      at,
      unitKey === undefined ? null : this.facts(object[unitKey] as string),
    );
    return true;
  }

  /** The same object for the same unit. */
  private facts(unit: string): SignalFacts | null {
    const known = this.named.find((facts) => facts.unit === unit);
    if (known !== undefined || this.named.length >= 100) return known ?? null;
    const made = { unit: unit.slice(0, 16) };
    this.named.push(made);
    return made;
  }

  private list(node: PathNode, list: readonly unknown[], at: number | null): void {
    if (node.depth > MAX_DEPTH || this.partsLeft-- <= 0) return;
    const plain = list.every((item) => typeof item !== 'object' || item === null);
    if (plain) {
      if (list.length <= MAX_INDEXES)
        list.forEach((item, i) => {
          this.value(node, String(i + 1), item, at);
        });
      return;
    }
    const single = list.length === 1;
    for (let i = 0; i < list.length && !this.full; i++) {
      const item = list[i];
      if (typeof item !== 'object' || item === null || Array.isArray(item)) continue;
      this.item(node, item as Record<string, unknown>, single ? '' : String(i + 1), at);
    }
  }

  /** An element of a list: named by a text in it; else it is one reading of several, if it has a time; else by its index. */
  private item(node: PathNode, item: Record<string, unknown>, index: string, at: number | null): void {
    const roles = rolesOf(item);
    const name = (roles & NAME) === 0 ? null : nameIn(item);
    const timeKey = this.timeKey(item, roles);
    const isReading = this.context.each !== null || this.context.time !== null || timeKey !== null;
    const key = name !== null ? ((roles & VALUE) !== 0 ? '' : name) : isReading ? '' : index;
    const place = key === '' ? node : this.tree.at(node, key);
    if (place.depth <= MAX_DEPTH) this.object(place, item, roles, timeKey, at);
  }

  private sample(path: string, value: unknown, at: number | null, facts: SignalFacts | null): void {
    if (this.left-- <= 0) return;
    this.receiver.sample(this.message.topic, path, value, at, facts);
  }

  private time(value: unknown): number | null {
    return timeOf(value, this.context, this.message, this.receiver);
  }
}

const F = 0x46;
const SMALL_F = 0x66;

/** `temperature_F`: under which keys the same in °C would be, `temperature_C` or `temperature`; null for a key of something else. */
function celsiusOf(key: string): readonly string[] | null {
  const found = /^(|.*[^a-z])((?:t|temp|temperature)(?:_?\d+)?)([_ ]?)(f)$/i.exec(key);
  if (found === null) return null;
  const [, before, name, between, f] = found;
  return [`${before}${name}${between}${f === 'F' ? 'C' : 'c'}`, `${before}${name}`];
}

function nameIn(object: Record<string, unknown>): string | null {
  for (const key of NAME_KEYS) {
    const name = object[key];
    if (typeof name === 'string' && name !== '' && name.length <= MAX_NAME) return name;
  }
  return null;
}

import { isObject } from '../../values/is-object.ts';
/** What a device says of one of its properties. */
export interface HomieProperty {
  /** '' where it has not said. */
  readonly datatype: string;
  readonly unit: string | null;
  readonly range: readonly [number, number] | null;
  readonly settable: boolean;
}

/** Limits of the memory: devices beyond have no units and ranges. */
const MAX_DEVICES = 1_000;
const MAX_PROPERTIES = 500;
const MAX_CHILDREN = 100;

const UNKNOWN: HomieProperty = { datatype: '', unit: null, range: null, settable: false };

/** Descriptions of Homie devices: the JSON of version 5, and the attributes of versions 3 and 4. */
export class HomieDevices {
  private readonly properties = new Map<string, Map<string, HomieProperty>>();
  private readonly children = new Map<string, readonly string[]>();

  property(device: string, signal: string): HomieProperty | null {
    return this.properties.get(device)?.get(signal) ?? null;
  }

  /** The devices whose connection is that of this one. */
  childrenOf(device: string): readonly string[] {
    return this.children.get(device) ?? [];
  }

  /**
   * Takes the `$description` of version 5. Nodes and properties are objects by id, and lists of objects with an id in the
   * drafts before it. A property that is not as specified is left out.
   */
  describe(device: string, description: unknown): void {
    if (!isObject(description)) return;
    const children = Array.isArray(description['children']) ? description['children'] : [];
    if (this.children.size < MAX_DEVICES || this.children.has(device))
      this.children.set(device, children.filter((child) => typeof child === 'string').slice(0, MAX_CHILDREN));
    this.properties.delete(device);
    for (const [node, { properties }] of membersOf(description['nodes']))
      for (const [id, property] of membersOf(properties))
        this.set(device, `${node}.${id}`, {
          datatype: text(property['datatype']) ?? '',
          unit: unitOf(text(property['unit'])),
          range: rangeOf(text(property['format'])),
          settable: property['settable'] === true,
        });
  }

  /** Takes one attribute of a property, as versions 3 and 4 publish it: `$unit`, `$datatype`, `$format`, `$settable`. */
  setAttribute(device: string, signal: string, attribute: string, value: string): void {
    const before = this.property(device, signal) ?? UNKNOWN;
    if (attribute === '$datatype') this.set(device, signal, { ...before, datatype: value });
    else if (attribute === '$unit') this.set(device, signal, { ...before, unit: unitOf(value) });
    else if (attribute === '$format') this.set(device, signal, { ...before, range: rangeOf(value) });
    else if (attribute === '$settable') this.set(device, signal, { ...before, settable: value === 'true' });
  }

  private set(device: string, signal: string, property: HomieProperty): void {
    let known = this.properties.get(device);
    if (known === undefined) {
      if (this.properties.size >= MAX_DEVICES) return;
      this.properties.set(device, (known = new Map<string, HomieProperty>()));
    }
    if (known.size < MAX_PROPERTIES || known.has(signal)) known.set(signal, property);
  }
}

/** Objects by id. */
function* membersOf(value: unknown): Iterable<readonly [id: string, member: Readonly<Record<string, unknown>>]> {
  if (Array.isArray(value)) {
    for (const member of value as readonly unknown[])
      if (isObject(member) && typeof member['id'] === 'string') yield [member['id'], member];
  } else if (isObject(value))
    for (const [id, member] of Object.entries(value)) if (isObject(member)) yield [id, member];
}

/** `#` is a count and has no unit in sentences. */
const unitOf = (unit: string | null): string | null => (unit === '#' ? '' : unit);

/** `min:max` or `min:max:step`; a bound may be missing, then there is no range. */
const rangeOf = (format: string | null): readonly [number, number] | null => {
  const match = /^(-?\d+(?:\.\d+)?):(-?\d+(?:\.\d+)?)(?::.*)?$/.exec(format ?? '');
  if (match === null) return null;
  const [min, max] = [Number(match[1]), Number(match[2])];
  return min < max ? [min, max] : null;
};

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

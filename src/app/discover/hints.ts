import { isObject } from '../../stream/values/is-object.ts';
import { MAX_PAYLOAD_BYTES } from '../../stream/values/payload.ts';

/** What a device's discovery message for Home Assistant says about one value. */
export interface Hint {
  readonly unit: string | null;
  /** The state class total or total_increasing. */
  readonly counts: boolean;
  /** The category diagnostic or config. */
  readonly category: string | null;
}

const MAX_HINTS = 20_000;

type Json = Readonly<Record<string, unknown>>;

/**
 * Units from the retained discovery messages that devices publish for Home Assistant (MQTT integration, "MQTT Discovery"), in the long
 * and the abbreviated form, for one entity or for a device with its components.
 */
export class Hints {
  private readonly byPlace = new Map<string, Hint>();

  get(topic: string, keys: readonly string[]): Hint | null {
    return this.byPlace.get(placeOf(topic, keys)) ?? null;
  }

  add(payload: Uint8Array): void {
    if (payload.length === 0 || payload.length > MAX_PAYLOAD_BYTES) return;
    let config: unknown;
    try {
      config = JSON.parse(Buffer.from(payload).toString());
    } catch {
      return;
    }
    if (!isObject(config)) return;
    const components = config['components'] ?? config['cmps'];
    if (!isObject(components)) this.entity(config, config);
    else for (const component of Object.values(components)) if (isObject(component)) this.entity(component, config);
  }

  private entity(entity: Json, device: Json): void {
    const text = (long: string, short: string): string | null => {
      const value = entity[long] ?? entity[short] ?? null;
      return typeof value === 'string' ? value : null;
    };
    const base = entity['~'] ?? device['~'];
    const shared = device['state_topic'] ?? device['stat_t'];
    const given = text('state_topic', 'stat_t') ?? (typeof shared === 'string' ? shared : null);
    if (given === null) return;
    const topic = typeof base === 'string' ? given.replace(/^~|~$/, base) : given;
    const keys = keysOf(text('value_template', 'val_tpl'));
    const place = keys === null ? null : placeOf(topic, keys);
    if (place === null || (this.byPlace.size >= MAX_HINTS && !this.byPlace.has(place))) return;
    const stateClass = text('state_class', 'stat_cla');
    this.byPlace.set(place, {
      unit: text('unit_of_measurement', 'unit_of_meas'),
      counts: stateClass === 'total' || stateClass === 'total_increasing',
      category: text('entity_category', 'ent_cat'),
    });
  }
}

/** `{{ value_json.a['b'] }}` as keys; empty for the payload itself; null for a template that computes. */
function keysOf(template: string | null): readonly string[] | null {
  if (template === null || /^\{\{ *value *\}\}$/.test(template)) return [];
  const found = /^\{\{ *value_json((?:\.\w+|\[(?:'[^']*'|"[^"]*")\])+)(?: *\|.*| *)\}\}$/.exec(template);
  if (found === null) return null;
  return [...found[1].matchAll(/\.(\w+)|\['([^']*)'\]|\["([^"]*)"\]/g)].map((step) =>
    step.slice(1).find((key: string | undefined) => key !== undefined)!,
  );
}

const placeOf = (topic: string, keys: readonly string[]): string => JSON.stringify([topic, ...keys]);

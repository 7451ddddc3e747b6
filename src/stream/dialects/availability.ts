import { jsonOf } from '../values/json.ts';
import type { Dialect, DialectMessage } from './dialect.ts';

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['online', true],
  ['offline', false],
  ['connected', true],
  ['disconnected', false],
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
  ['lost', false],
  // Nodes of Z-Wave.
  ['alive', true],
  ['awake', true],
  ['asleep', true],
  ['dead', false],
]);
const MAX_BYTES = 256;
const TOPIC = /\/(availability|available|LWT|lwt|online|connected|status)$/;
/** `connected` of a charging station of evcc: a car is. */
const NO_TOPIC = /\/loadpoints\/\d+\/connected$/;

/** `online`, `Offline`, `true`, `{"state":"online"}`: whether a device is there; null where the payload does not say that. */
function availabilityIn(text: string | null, json: () => unknown): boolean | null {
  if (text === null) return null;
  const word = WORDS.get(
    text
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .toLowerCase(),
  );
  if (word !== undefined) return word;
  if (!/^\s*\{/.test(text)) return null;
  const document = json();
  if (typeof document !== 'object' || document === null) return null;
  const { state, status, online } = document as Record<string, unknown>;
  const said = state ?? status ?? online;
  return typeof said === 'boolean' ? said : typeof said === 'string' ? (WORDS.get(said.toLowerCase()) ?? null) : null;
}

/** The same of a message. */
export const availabilityOf = (message: DialectMessage): boolean | null =>
  availabilityIn(message.text(), () => message.json());

/** What only a topic about availability means by it: `pump/status` with `1` may be a pump that runs. */
const MAY_BE_VALUE = /\/(status|available)$/;
const isNumberLike = (payload: string): boolean => /^(1|0|true|false)$/i.test(payload.trim());
const latin1 = (payload: Uint8Array): string =>
  Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1');

/** The last level of a topic on which a device of no known dialect says that it is there: `plant/pump/LWT`. */
export const availability: Dialect = {
  name: 'availability',
  claims: (topic) => TOPIC.test(topic) && !NO_TOPIC.test(topic),
  sniffs: (payload) => {
    if (payload.length > MAX_BYTES) return false;
    const text = latin1(payload);
    return availabilityIn(text, () => jsonOf(text)) !== null;
  },
  open: () => ({
    read(message, receiver) {
      const text = message.text();
      const online = availabilityOf(message);
      const at = message.topic.lastIndexOf('/');
      if (online === null || text === null) return;
      if (MAY_BE_VALUE.test(message.topic) && isNumberLike(text))
        receiver.sample(message.topic, '', text.trim(), null, null);
      else receiver.availability(message.topic.slice(0, at), online, true);
    },
  }),
};

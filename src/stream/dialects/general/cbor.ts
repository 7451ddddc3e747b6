import { readCbor } from '../../values/cbor.ts';
import type { Dialect, DialectMessage } from '../dialect.ts';
import { json } from './json-object.ts';

/** A CBOR map or list, read like the same JSON. */
export const cbor: Dialect = {
  name: 'cbor',
  sniffs: (payload) => {
    const major = payload[0] >> 5;
    return major === 4 || major === 5 || (payload[0] === 0xd9 && payload[1] === 0xd9 && payload[2] === 0xf7);
  },
  open: (context) => {
    const inner = json.open(context);
    return {
      read(message, receiver) {
        const document = readCbor(message.payload);
        if (document === undefined) receiver.refuse('not_cbor');
        else inner.read(withDocument(message, document), receiver);
      },
    };
  },
};

const withDocument = (message: DialectMessage, document: unknown): DialectMessage => ({
  topic: message.topic,
  payload: message.payload,
  retained: message.retained,
  receivedAt: message.receivedAt,
  text: () => null,
  json: () => document,
});

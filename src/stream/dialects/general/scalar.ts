import type { Dialect } from '../dialect.ts';

/** A payload of one value, such as `21.5`, `ON` or `true`. Device: the topic; signal: ''. */
export const scalar: Dialect = {
  name: 'scalar',
  open: () => ({
    read(message, receiver) {
      const text = message.text();
      if (text !== null) receiver.sample(message.topic, '', unquoted(text), null, null);
    },
  }),
};

/** Home Assistant and others publish texts as JSON: `"on"`. */
export const unquoted = (text: string): string => {
  const trimmed = text.trim();
  return trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"') ? trimmed.slice(1, -1) : trimmed;
};

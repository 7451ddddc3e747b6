import type { Reply } from '../commands/reply.ts';

export interface PartOfReply {
  /** Streams of the partition. */
  readonly streams: number;
  readonly reply: Reply;
}

/** Different answers in one text; a command for a site has two or three. */
const MAX_TEXTS = 4;

/**
 * One answer of those of the partitions, at least one, to a command for the whole site. Where all are the same, the text is that of each.
 * A partition without streams has no say where others have some: it has nothing to freeze. `refused` only where nothing was done.
 */
export function collectedReply(parts: readonly PartOfReply[], partitions: number): Reply {
  const withStreams = parts.filter(({ streams }) => streams > 0);
  const said = (withStreams.length > 0 ? withStreams : parts).map(({ reply }) => reply);
  const texts = new Map<string, Reply[]>();
  for (const reply of said) {
    const text = reply.status === 'refused' ? `refused: ${reply.text}` : reply.text;
    texts.set(text, [...(texts.get(text) ?? []), reply]);
  }
  const sorted = [...texts].toSorted(([, a], [, b]) => b.length - a.length);
  const first = said.find(({ status }) => status === 'done') ?? sorted[0][1][0];
  const missing = partitions - parts.length;
  const sentences = [
    ...(sorted.length === 1
      ? [first.text]
      : sorted.slice(0, MAX_TEXTS).map(([text, { length }]) => `${length} of ${said.length} partitions: ${text}`)),
    ...(missing === 0
      ? []
      : [
          `${missing} of ${partitions} partitions ${missing === 1 ? 'has' : 'have'} not answered: a partition without a worker gets the command when it has one.`,
        ]),
  ];
  return {
    ...first,
    id: said.find(({ id }) => id !== null)?.id ?? null,
    text: sentences.join(' '),
    undo: said.some(({ undo }) => undo),
    at: said.map(({ at }) => at).reduce((a, b) => (a > b ? a : b)),
  };
}

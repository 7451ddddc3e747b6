/** Something that a device might publish by mistake, or someone else on purpose; none of it is a good message. */
export interface Hostile {
  readonly name: string;
  readonly payload: string | Buffer;
  /** Below faults/; an ordinary one if not said. */
  readonly topic?: string;
  readonly retain?: boolean;
}

const NO_SEQ = '{"v":1}';

export const HOSTILE: readonly Hostile[] = [
  { name: 'nothing', payload: '' },
  { name: 'half an object', payload: '{"seq":1,"v"' },
  { name: 'null for numbers', payload: '{"seq":null,"v":null}' },
  { name: 'more than a double holds', payload: '{"seq":1e999,"v":-1e999}' },
  { name: 'as much as a double holds', payload: '{"v":1.7e308}' },
  { name: 'arrays 100,000 deep', payload: '['.repeat(100_000) + ']'.repeat(100_000) },
  { name: 'keys of Object.prototype', payload: '{"__proto__":{"seq":1},"constructor":{"prototype":{"v":1}}}' },
  { name: 'bytes that are no UTF-8', payload: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) },
  { name: 'zeros', payload: Buffer.alloc(1000) },
  { name: 'a control sequence for terminals', payload: '{"seq":"\u001b[2J\r\nforged","v":1}' },
  { name: 'more than the broker may hand on', payload: 'x'.repeat(300_000) },
  { name: 'a retained message', payload: NO_SEQ, topic: 'retained', retain: true },
  { name: 'SQL for a name', payload: NO_SEQ, topic: "x'); DROP TABLE journal;--" },
  { name: '__proto__ for a name', payload: NO_SEQ, topic: '__proto__/__proto__' },
  { name: 'a name of 5000 letters', payload: NO_SEQ, topic: 'x'.repeat(5000) },
  { name: 'names that end in nothing', payload: NO_SEQ, topic: '//' },
  { name: 'a name that is written backwards', payload: NO_SEQ, topic: '\u202egnp.exe' },
];

// Writes the recording of an example as `mosquitto_sub -F '%U %t %p'` would: `node scripts/record-example.mjs home > home.log`, after
// `npm run build`. A recording with binary payloads is in hexadecimal, as with `%x`. A second argument is another seed.

import { Buffer } from 'node:buffer';
import { EXAMPLES, SEED } from '../dist/app/examples/examples.js';

const [name, seed = SEED] = process.argv.slice(2);
const example = EXAMPLES.find((each) => each.name === name);
if (example === undefined) {
  console.error(`usage: node scripts/record-example.mjs ${EXAMPLES.map((each) => each.name).join('|')} [seed]`);
  process.exit(64);
}
const lines = [];
for (const { at, topic, payload, retained = false } of example.messages(Number(seed))) {
  const text = typeof payload === 'string' ? payload : Buffer.from(payload).toString('hex');
  if (!retained) lines.push(`${(at / 1000).toFixed(3)} ${topic} ${text}\n`);
}
process.stdout.write(lines.join(''));

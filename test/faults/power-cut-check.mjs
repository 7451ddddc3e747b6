/*
 * Whether the disk in PC_DIR, on which power-cut-writer.mjs was cut off after PC_ACKED acknowledgements, is sound; as JSON:
 * `ok` if the database is whole, messages follow each other in the journal without a gap or a second copy, and each snapshot
 * includes exactly the journal up to its row; `lost` acknowledged messages are not there. Needs `npm run build`.
 */
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { Ledger } from '../../dist/io/ledger/ledger.js';
import { openRecovered } from '../../dist/io/sqlite/upkeep/recovery.js';
import { SnapshotStore } from '../../dist/io/sqlite/snapshots/snapshot-store.js';

const { PC_DIR, PC_ACKED } = process.env;
const wrong = [];

const db = openRecovered(join(PC_DIR, 'zankyo.db'), Date.now(), ({ problem }) => wrong.push(problem));
const ledger = new Ledger(db, { log: (_, fields, message) => wrong.push(message) });
const rows = [...ledger.entries()].map(({ seq, entry }) => ({ seq, value: entry.readings[0].value }));
const last = rows.at(-1)?.value ?? 0;
const follow = (values, from) => values.every((value, i) => value === from + i) && from + values.length - 1 === last;

const first = rows[0]?.value ?? 1;
if (
  !follow(
    rows.map(({ value }) => value),
    first,
  )
)
  wrong.push('messages are missing, or there twice');

const store = new SnapshotStore(db);
const known = [];
for (const stream of store.streams()) {
  const { whole, damaged } = store.load(stream);
  if (damaged > 0) wrong.push(`${stream}: a snapshot is torn`);
  for (const { seq, bytes } of whole) {
    const included = Buffer.from(bytes).readUInt32LE();
    const since = rows.filter((row) => row.seq > seq).map(({ value }) => value);
    known.push(included);
    if (!follow(since, included + 1)) wrong.push(`${stream}: a snapshot is out of step with the journal`);
  }
}
if (first > 1 && !(first <= 1 + Math.min(...known)))
  wrong.push('the journal was trimmed of rows that no snapshot includes');
db.close();

console.log(JSON.stringify({ ok: wrong.length === 0, lost: Math.max(0, PC_ACKED - last), why: wrong.join('; ') }));

/*
 * Writes as the service does, for a recorder that cuts the power: messages 1, 2, … through the ledger into PC_DIR/zankyo.db, with
 * streams saved and the journal trimmed on the way, and a line in PC_DIR/ACK for each message when it is acknowledged.
 * power-cut-check.mjs checks the disk afterwards. Needs `npm run build`.
 */
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../dist/io/sqlite/database.js';
import { Ledger } from '../../dist/io/ledger/ledger.js';
import { SnapshotStore } from '../../dist/io/sqlite/snapshots/snapshot-store.js';
import { Random } from '../../dist/math/random.js';

const { PC_DIR } = process.env;
const COMMITS = 300;
const STREAMS = ['a', 'b'];

const random = new Random(1);
const db = openDatabase(join(PC_DIR, 'zankyo.db'));
db.pragma('wal_autocheckpoint = 100'); // so that there are some
const snapshots = new SnapshotStore(db);
const ledger = new Ledger(db, {
  everyMs: 1_000_000,
  acknowledge: (receipts) => {
    appendFileSync(join(PC_DIR, 'ACK'), '\n'.repeat(receipts.length));
  },
  log: (_, fields, message) => {
    throw new Error(`${message} ${JSON.stringify(fields)}`);
  },
  makeRoom: () => false,
  onUnusable: () => undefined,
});

let sent = 0;
const send = () => {
  const value = ++sent;
  const receipt = { id: (value % 60_000) + 1, connection: 1 };
  const payload = Buffer.from(String(value));
  ledger.admit({ topic: 's', payload, receivedAt: value, retained: false, redelivered: false, receipt });
  ledger.recordReadings(1, [{ series: 's', at: value, value, receivedAt: value }], () => ({ input: 0, field: 0 }));
};
const save = (stream) => {
  const bytes = randomBytes(20_000);
  bytes.writeUInt32LE(sent);
  snapshots.save([{ stream, at: sent, seq: ledger.seq, version: 1, shape: 'test', bytes }]);
  ledger.trim(Math.min(...STREAMS.map((each) => snapshots.oldest(each) ?? 0)));
};

for (let commit = 0; commit < COMMITS; commit++) {
  for (let left = 1 + random.below(20); left > 0; left--) send();
  if (commit % 5 === 0) ledger.write(() => save(STREAMS[(commit / 5) % STREAMS.length]));
  ledger.commit();
}
ledger.close();
db.close();

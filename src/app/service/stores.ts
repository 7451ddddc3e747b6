import { writtenBytes } from '../../io/files/written-bytes.ts';
import { AlertOutbox } from '../../io/ledger/alert-outbox.ts';
import { GatheredRows } from '../../io/ledger/gathered-rows.ts';
import { Ledger, type LedgerOptions } from '../../io/ledger/ledger.ts';
import { RetainedStates } from '../../io/ledger/retained-states.ts';
import type { Broker } from '../../io/mqtt/broker.ts';
import { CommandLog } from '../../io/sqlite/tables/command-log.ts';
import type { Database } from '../../io/sqlite/database.ts';
import { StoredDialectMemory } from '../../io/sqlite/tables/dialect-memory.ts';
import { NotificationTable } from '../../io/sqlite/tables/notification-table.ts';
import { SignalTable } from '../../io/sqlite/tables/signal-table.ts';
import { WrittenHours } from '../../io/sqlite/tables/written-hours.ts';
import { KnownSignals, type KnownSignal } from '../../stream/known-signals.ts';
import { WrittenDay } from '../card/written-day.ts';

/** What the service keeps in the database of its site and the site file does not limit (`store.ts` has the others). */
export interface ServiceStores {
  readonly ledger: Ledger;
  /** Alerts that the broker does not have yet. */
  readonly outbox: AlertOutbox;
  /** States that the broker retains. */
  readonly states: RetainedStates;
  /** What formats remember of devices. */
  readonly dialects: StoredDialectMemory;
  /** The series of inputs that name no fields. */
  readonly signals: KnownSignals;
  readonly commandLog: CommandLog;
  readonly notificationTable: NotificationTable;
  /** Bytes written to the card in the last day. */
  readonly written: WrittenDay;
}

/** The stores of a database that is open, with the ledger through which they write. It acknowledges messages of the broker. */
export function serviceStores(
  db: Database,
  broker: Broker,
  options: Omit<LedgerOptions, 'acknowledge'>,
): ServiceStores {
  const ledger = new Ledger(db, {
    ...options,
    acknowledge: (receipts) => {
      broker.acknowledge(receipts);
    },
  });
  const outbox = new AlertOutbox(db, ledger, (topic, payload, onSettled) => {
    broker.publishEvent(topic, payload, onSettled);
  });
  const signalTable = new SignalTable(db);
  const newSignals = new GatheredRows<KnownSignal>(ledger, (_slug, signal) => {
    signalTable.record(signal);
  });
  const signals = new KnownSignals(signalTable.all(), (signal) => {
    newSignals.set(signal.slug, signal);
  });
  const hours = new WrittenHours(db);
  const written = new WrittenDay({
    before: hours.all(),
    writtenBytes,
    uptime: () => performance.now(),
    save: (hour) => {
      ledger.write(() => {
        hours.save(hour);
      });
    },
  });
  return {
    ledger,
    outbox,
    states: new RetainedStates(db, ledger, broker),
    dialects: new StoredDialectMemory(db, ledger),
    signals,
    commandLog: new CommandLog(db),
    notificationTable: new NotificationTable(db),
    written,
  };
}

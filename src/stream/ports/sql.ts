/** A value of a column. */
export type SqlValue = string | number | Uint8Array | null;

/** Standard SQL with parameters $1, $2, ... */
export interface SqlStatement {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** A database that SQLite and PostgreSQL both can be: text, BIGINT as number, DOUBLE PRECISION, upserts. */
export interface SqlDatabase {
  /** All of them, on the disk, or none. */
  write(statements: readonly SqlStatement[]): Promise<void>;
  read<Row extends object>(text: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

import type { SqlStatement, SqlValue } from '../../stream/ports/sql.ts';

/** Rows in one statement: a server on the network is asked once for it. SQLite takes 32,766 parameters. */
const ROWS = 200;

/**
 * Statements that insert rows, or do what `onConflict` says for a key that is there. Table, columns and `onConflict` are texts written in
 * place; the text of a statement depends on nothing else but the number of rows.
 */
export function insertRows<Column extends string>(
  table: string,
  columns: readonly Column[],
  rows: readonly Readonly<Record<NoInfer<Column>, SqlValue>>[],
  onConflict: string,
): readonly SqlStatement[] {
  const statements: SqlStatement[] = [];
  for (let from = 0; from < rows.length; from += ROWS) {
    const part = rows.slice(from, from + ROWS);
    const tuples = part.map((_, i) => `(${columns.map((__, j) => `$${i * columns.length + j + 1}`).join(', ')})`);
    statements.push({
      text: `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${tuples.join(', ')} ON CONFLICT ${onConflict}`,
      values: part.flatMap((row) => columns.map((column) => row[column])),
    });
  }
  return statements;
}

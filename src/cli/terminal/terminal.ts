/**
 * Columns and rows of a terminal. A serial console does not know its size, says 0, and gets 80 by 24. A stream that is no terminal has
 * `otherwise` columns, and all rows.
 */
export const terminalSize = (
  { isTTY, columns, rows }: NodeJS.WriteStream,
  otherwise = Infinity,
): { readonly columns: number; readonly rows: number } =>
  isTTY ? { columns: columns || 80, rows: rows || 24 } : { columns: otherwise, rows: Infinity };

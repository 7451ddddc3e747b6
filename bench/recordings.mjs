import { createReadStream, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** The CSV files below a folder, sorted, as paths relative to it. */
export const csvFilesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.csv'))
    .sort();

/** The names of a file's columns. */
export async function columnsOf(path, delimiter) {
  const lines = createInterface({ input: createReadStream(path) });
  for await (const line of lines) {
    lines.close();
    return line
      .replace(/^\uFEFF/, '')
      .split(delimiter)
      .map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  }
  throw new Error(`${path} is empty`);
}

import { closeSync, createReadStream, fstatSync, mkdtempSync, openSync, read, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The bytes of a recording, which can be read more than once. */
export interface Source {
  /** Length of the file. */
  readonly bytesTotal: number;
  /** The first bytes: `length` of them, or all that there are. */
  head(length: number): Promise<Buffer>;
  /** All bytes from the start; `onRead` is called with the length of each chunk. */
  chunks(onRead: (bytes: number) => void): AsyncGenerator<Buffer, void, undefined>;
  close(): void;
}

const CHUNK_BYTES = 64 * 1024;
const readBytes = promisify(read);

/**
 * Opens a file; `-` is standard input. Standard input and pipes are first copied to a temporary file, because a recording is
 * read twice: once to find out the format of its columns, and once for the rows.
 */
export async function openSource(path: string): Promise<Source> {
  if (path === '-') return copied(await copy(process.stdin));
  const fd = openSync(path, 'r');
  const stat = fstatSync(fd);
  if (!stat.isFile() && !stat.isDirectory()) return copied(await copy(createReadStream(path, { fd })));
  closeSync(fd);
  // A directory fails with EISDIR when it is read.
  return sourceOf(
    stat.size,
    async function* () {
      const fd = openSync(path, 'r');
      try {
        yield* bytesOf(fd);
      } finally {
        closeSync(fd);
      }
    },
    () => undefined,
  );
}

const copied = (fd: number): Source =>
  sourceOf(
    fstatSync(fd).size,
    () => bytesOf(fd),
    () => {
      closeSync(fd);
    },
  );

const sourceOf = (
  bytesTotal: number,
  bytes: () => AsyncGenerator<Buffer, void, undefined>,
  close: () => void,
): Source => ({
  bytesTotal,
  head: async (length) => {
    let head = Buffer.alloc(0);
    for await (const chunk of bytes()) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= length) break;
    }
    return head.subarray(0, length);
  },
  chunks: async function* (onRead) {
    for await (const chunk of bytes()) {
      onRead(chunk.length);
      yield chunk;
    }
  },
  close,
});

async function* bytesOf(fd: number): AsyncGenerator<Buffer, void, undefined> {
  for (let position = 0; ;) {
    const { bytesRead, buffer } = await readBytes(fd, Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    position += bytesRead;
  }
}

/** Copies a stream to a file without a name, which is gone when it is closed. Returns its descriptor. */
async function copy(input: AsyncIterable<Buffer>): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-recording-'));
  try {
    const path = join(directory, 'copy');
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of input) await file.appendFile(chunk);
    } finally {
      await file.close();
    }
    return openSync(path, 'r');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

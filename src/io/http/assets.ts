import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Context, Hono } from 'hono';

const TYPES: Readonly<Partial<Record<string, string>>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

interface Asset {
  readonly type: string;
  readonly tag: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
}

/**
 * Serves the files of a directory, `index.html` as `/`. They are read once, about 300 KB: a request names one of them or gets 404, so
 * that no path leads outside. A browser asks each time, and gets 304 while the file is the same.
 */
export const serveAssets =
  (directory: string) =>
  (app: Hono): void => {
    for (const name of readdirSync(directory)) {
      const asset = read(directory, name);
      if (asset === null) continue;
      app.get(name === 'index.html' ? '/' : `/${name}`, (context) => answer(context, asset));
    }
  };

const read = (directory: string, name: string): Asset | null => {
  const type = TYPES[extname(name)];
  if (type === undefined) return null;
  const plain = new Uint8Array(readFileSync(join(directory, name)));
  const tag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { type, tag, plain, gzip: new Uint8Array(gzipSync(plain)) };
};

const answer = (context: Context, { type, tag, plain, gzip }: Asset): Response => {
  const headers = { ETag: tag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' };
  if (context.req.header('if-none-match')?.includes(tag) === true) return context.body(null, 304, headers);
  const packed = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '');
  return context.body(packed ? gzip : plain, 200, {
    ...headers,
    'Content-Type': type,
    ...(packed ? { 'Content-Encoding': 'gzip' } : {}),
  });
};

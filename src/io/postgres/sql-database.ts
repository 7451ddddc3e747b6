import type { Pool, PoolConfig } from 'pg';
import { AppError } from '../../errors.ts';
import { describeFailure, readAuthority } from './failure.ts';
import type { SqlDatabase, SqlStatement, SqlValue } from '../../stream/ports/sql.ts';

export interface PostgresOptions {
  /** Without credentials. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Encrypted, and the certificate of the server is checked against its authority and the host of `url`. */
  readonly tls: boolean;
  /** PEM file of the authority; undefined: those that Node trusts. */
  readonly ca?: string | undefined;
  /** Called for a failure of an idle connection, which the pool replaces. */
  readonly onError: (error: Error) => void;
}

/** One writes, the others read for the pages. */
const CONNECTIONS = 4;
const TIMEOUT_MS = 10_000;

/** A PostgreSQL database. The package pg is loaded only here. Throws `database_unusable` where it cannot be reached or is not installed. */
export async function openPostgres(options: PostgresOptions): Promise<SqlDatabase> {
  const { url, username, password, tls, ca, onError } = options;
  const { default: pg } = await import('pg').catch((cause: unknown) => {
    throw new AppError('database_unusable', 'postgres needs the package pg: npm install pg@8.23.1', { cause });
  });
  const types = new pg.TypeOverrides();
  // BIGINT comes as text otherwise; times in ms are far below 2^53.
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const { hostname, port, pathname } = new URL(url);
  const config: PoolConfig = {
    // Not as a connection string: its absent user would replace the one given.
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 5432 : Number(port),
    database: decodeURIComponent(pathname.slice(1)),
    ...(username === undefined ? {} : { user: username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { ssl: ca === undefined ? true : { ca: readAuthority(ca) } } : {}),
    max: CONNECTIONS,
    connectionTimeoutMillis: TIMEOUT_MS,
    // A server that has frozen must not stop the hub for good.
    query_timeout: TIMEOUT_MS,
    types,
  };
  const pool = new pg.Pool(config);
  pool.on('error', onError);
  try {
    await pool.query('SELECT 1');
    return new Postgres(pool);
  } catch (cause) {
    await pool.end();
    throw new AppError('database_unusable', `${url}: ${describeFailure(cause, { tls, ca })}`, { cause });
  }
}

const ignore = (): void => undefined;

class Postgres implements SqlDatabase {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async write(statements: readonly SqlStatement[]): Promise<void> {
    const client = await this.#pool.connect();
    // A connection that breaks fails the present query. It also emits an error, which would end the program without a listener.
    client.on('error', ignore);
    let failed = true;
    try {
      await client.query('BEGIN');
      for (const { text, values } of statements) await client.query(text, [...values]);
      await client.query('COMMIT');
      failed = false;
    } finally {
      client.off('error', ignore);
      // A connection in the middle of a transaction is closed, which rolls it back.
      client.release(failed);
    }
  }

  async read<Row extends object>(text: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    const { rows } = await this.#pool.query<Row>(text, [...values]);
    return rows;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

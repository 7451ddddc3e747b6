import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { chownSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

export const ROLES = ['operator', 'viewer'] as const;
/** An operator gives commands; a viewer looks. */
export type Role = (typeof ROLES)[number];

/** A token as it is kept: it cannot be read from its hash. */
interface Kept {
  readonly role: Role;
  /** A part of the token that is kept as it is: it tells that a token is wrong without a hash. */
  readonly id: string;
  readonly salt: string;
  readonly hash: string;
  readonly created: string;
}

/** `zankyo-operator-`, its id of 48 random bits, then 256 random bits. */
const FORM = /^zankyo-(operator|viewer)-([\w-]{8})-[\w-]{43}$/;
/** RFC 7914; about 50 ms and 16 MiB. */
const COST = { N: 16_384, r: 8, p: 1 } as const;
const HASH_BYTES = 32;
/** Right tokens that are recognised without a hash, because a scraper sends its own every few seconds. */
const MAX_KNOWN = 16;

const hashOf = promisify<string, Buffer, number, typeof COST, Buffer>(scrypt);

/** Where the tokens of a service with this database are. */
export const tokenFileOf = (database: string): string => `${database}.tokens`;

/** The tokens of a service, one of each role, hashed in a file that only its owner can read. */
export class Tokens {
  readonly path: string;
  private kept: readonly Kept[] = [];
  private stamp = '';
  /** By a keyed hash of the token, so that no token stays in memory. */
  private readonly known = new Map<string, Kept>();
  private readonly key = randomBytes(32);

  constructor(path: string) {
    this.path = path;
    this.refresh();
  }

  has(role: Role): boolean {
    return this.kept.some((token) => token.role === role);
  }

  /** Reads the file if it has changed; whether it had. A file that cannot be read has no tokens. Throws nothing. */
  refresh(): boolean {
    const stamp = stampOf(this.path);
    if (stamp === this.stamp) return false;
    this.stamp = stamp;
    this.known.clear();
    this.kept = read(this.path);
    return true;
  }

  /** Makes the token of a role, in place of the one before, and returns it. Throws where the file cannot be written. */
  async create(role: Role): Promise<string> {
    const id = randomBytes(6).toString('base64url');
    const token = `zankyo-${role}-${id}-${randomBytes(32).toString('base64url')}`;
    const salt = randomBytes(16);
    const hash = await hashOf(token, salt, HASH_BYTES, COST);
    const created = {
      role,
      id,
      salt: salt.toString('hex'),
      hash: hash.toString('hex'),
      created: new Date().toISOString(),
    };
    this.write([...read(this.path).filter((kept) => kept.role !== role), created]);
    return token;
  }

  /** Removes the token of a role; false where there is none. Throws where the file cannot be written. */
  remove(role: Role): boolean {
    this.refresh();
    if (!this.has(role)) return false;
    this.write(this.kept.filter((kept) => kept.role !== role));
    return true;
  }

  /** The role of a token that was recognised before; null where it must be verified. */
  recognised(token: string): Role | null {
    return this.known.get(this.keyed(token))?.role ?? null;
  }

  /** The role of a token; null for a wrong one. `refresh` first. */
  async verify(token: string): Promise<Role | null> {
    const kept = this.named(token);
    if (kept === null) return null;
    const hash = await hashOf(token, Buffer.from(kept.salt, 'hex'), HASH_BYTES, COST);
    const right = Buffer.from(kept.hash, 'hex');
    if (right.length !== hash.length || !timingSafeEqual(hash, right) || !this.kept.includes(kept)) return null;
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(this.keyed(token), kept);
    return kept.role;
  }

  /** Whether a token has the id of ours: then it is worth a hash. `refresh` first. */
  isNamed(token: string): boolean {
    return this.named(token) !== null;
  }

  private named(token: string): Kept | null {
    const [, role, id] = FORM.exec(token) ?? [];
    return this.kept.find((each) => each.role === role && each.id === id) ?? null;
  }

  private keyed(token: string): string {
    return createHmac('sha256', this.key).update(token).digest('base64');
  }

  /** Replaces the file at once. Written by root, it belongs to the owner of its directory: the user of the service. */
  private write(tokens: readonly Kept[]): void {
    const written = `${this.path}.new`;
    try {
      writeFileSync(written, `${JSON.stringify({ version: 1, tokens }, null, 2)}\n`, { mode: 0o600 });
      if (process.getuid?.() === 0) {
        const { uid, gid } = statSync(dirname(this.path));
        chownSync(written, uid, gid);
      }
      renameSync(written, this.path);
    } finally {
      rmSync(written, { force: true });
    }
    this.refresh();
  }
}

const stampOf = (path: string): string => {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'none';
  }
};

const read = (path: string): readonly Kept[] => {
  try {
    const { tokens } = JSON.parse(readFileSync(path, 'utf8')) as { tokens: readonly Kept[] };
    return tokens.filter(
      ({ role, id, salt, hash }) => ROLES.includes(role) && typeof id === 'string' && [salt, hash].every(isHex),
    );
  } catch {
    return [];
  }
};

const isHex = (text: unknown): boolean => typeof text === 'string' && /^[0-9a-f]{32,64}$/.test(text);

import { createHash, randomBytes } from 'node:crypto';
import { DAY_MS } from '../../math/time.ts';
import type { Role } from './tokens.ts';

/** Log-ins that are remembered; a further one ends the one that was used least recently. */
const MAX_SESSIONS = 64;
/** A session ends this long after its log-in, and after its last use. */
export const LONGEST_MS = 30 * DAY_MS;
const UNUSED_MS = 7 * DAY_MS;

interface Session {
  readonly role: Role;
  readonly beganAt: number;
  usedAt: number;
}

/** Log-ins of browsers, in memory: a restart of the service ends them. The secret of a cookie is kept as its hash only. */
export class Sessions {
  /** In order of their last use. */
  private readonly sessions = new Map<string, Session>();
  private readonly uptime: () => number;

  constructor(uptime: () => number = () => performance.now()) {
    this.uptime = uptime;
  }

  get size(): number {
    return this.sessions.size;
  }

  /** Begins a session and returns the secret for its cookie. */
  begin(role: Role): string {
    const secret = randomBytes(32).toString('base64url');
    const at = this.uptime();
    for (const key of this.sessions.keys()) {
      if (this.sessions.size < MAX_SESSIONS) break;
      this.sessions.delete(key);
    }
    this.sessions.set(keyOf(secret), { role, beganAt: at, usedAt: at });
    return secret;
  }

  /** The role of a session; null for one that has ended. */
  roleOf(secret: string): Role | null {
    const key = keyOf(secret);
    const session = this.sessions.get(key);
    if (session === undefined) return null;
    const at = this.uptime();
    this.sessions.delete(key);
    if (at - session.beganAt > LONGEST_MS || at - session.usedAt > UNUSED_MS) return null;
    session.usedAt = at;
    this.sessions.set(key, session);
    return session.role;
  }

  end(secret: string): void {
    this.sessions.delete(keyOf(secret));
  }

  endAll(): void {
    this.sessions.clear();
  }
}

const keyOf = (secret: string): string => createHash('sha256').update(secret).digest('base64');

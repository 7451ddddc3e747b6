import { Bucket } from './bucket.ts';

/** Wrong tokens from one address, and from all of them, before further ones are refused unread. */
const OF_ONE = { burst: 10, everyMs: 10_000 } as const;
const OF_ALL = { burst: 60, everyMs: 1_000 } as const;
/** Addresses that are remembered; with more of them, the limit of all counts alone. */
const MAX_ADDRESSES = 1_000;

/** Limits how many wrong tokens are looked at. A token of 256 bits cannot be guessed; this bounds the work. */
export class Attempts {
  private readonly byAddress = new Map<string, Bucket>();
  private readonly all = new Bucket(OF_ALL.burst, OF_ALL.everyMs);
  private readonly uptime: () => number;

  constructor(uptime: () => number = () => performance.now()) {
    this.uptime = uptime;
  }

  /** Whether a token from this address is looked at. Call `right` if it was not wrong. */
  admits(address: string): boolean {
    const at = this.uptime();
    const one = this.bucketOf(address, at);
    if (one?.take(at) === false) return false;
    if (this.all.take(at)) return true;
    one?.give();
    return false;
  }

  right(address: string): void {
    this.all.give();
    this.byAddress.get(address)?.give();
  }

  private bucketOf(address: string, at: number): Bucket | null {
    const known = this.byAddress.get(address);
    if (known !== undefined) return known;
    if (this.byAddress.size >= MAX_ADDRESSES)
      for (const [other, bucket] of this.byAddress) if (bucket.isFull(at)) this.byAddress.delete(other);
    if (this.byAddress.size >= MAX_ADDRESSES) return null;
    const bucket = new Bucket(OF_ONE.burst, OF_ONE.everyMs);
    this.byAddress.set(address, bucket);
    return bucket;
  }
}

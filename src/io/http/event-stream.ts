/** Clients at the same time. */
const MAX_CLIENTS = 32;
/** Bytes that wait for one client. When there are more, it gets no further events until it has read them. */
const MAX_WAITING_BYTES = 256 * 1024;
/** A client that has not read for this long is disconnected. */
const MAX_BEHIND_MS = 20_000;
/** A line without meaning, so that proxies keep the connection open, and so that we notice a client that has gone. */
const KEEP_ALIVE_MS = 10_000;

/** One event: its name, and its data as one line of text. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** A client of the hub. */
export interface EventClient {
  /** What it listens to, as given to `open`. */
  readonly topics: readonly string[];
}

interface Client extends EventClient {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** Since when its buffer has been full, on a clock that is never set; NaN while it reads. */
  behindSince: number;
  sentAt: number;
}

export interface EventHubOptions {
  /** The first events of a client, and those after it fell behind: the whole state of its topics. */
  readonly whole: (topics: readonly string[]) => readonly ServerEvent[];
  /** Called after a client has come or gone. */
  readonly onChange: () => void;
  readonly uptime?: () => number;
}

const encoder = new TextEncoder();
const bytesOf = ({ event, data }: ServerEvent): Uint8Array => encoder.encode(`event: ${event}\ndata: ${data}\n\n`);

/**
 * Server-sent events (WHATWG HTML, section 9.2) for a bounded number of clients. Each has a bounded buffer. A client that does not
 * read misses events, gets the whole state when it reads again, and is disconnected after 20 s. Call `keepUp` every second.
 */
export class EventHub {
  readonly #clients = new Set<Client>();
  readonly #options: EventHubOptions;
  readonly #uptime: () => number;

  constructor(options: EventHubOptions) {
    this.#options = options;
    this.#uptime = options.uptime ?? (() => performance.now());
  }

  get clients(): ReadonlySet<EventClient> {
    return this.#clients;
  }

  /** A stream of events about these topics; null when there are too many clients. */
  open(topics: readonly string[]): ReadableStream<Uint8Array> | null {
    if (this.#clients.size >= MAX_CLIENTS) return null;
    let client: Client | null = null;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          client = { topics, controller, behindSince: NaN, sentAt: this.#uptime() };
          this.#clients.add(client);
          this.#options.onChange();
          // A browser that lost the connection waits for 2 s.
          this.#write(client, encoder.encode('retry: 2000\n\n'));
          this.#writeWhole(client);
        },
        cancel: () => {
          if (client !== null) this.#remove(client);
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
    );
  }

  /** Sends an event to the clients that listen to a topic. */
  send(topic: string, event: ServerEvent): void {
    let bytes: Uint8Array | null = null;
    for (const client of this.#clients) {
      if (!client.topics.includes(topic) || !this.#reads(client)) continue;
      this.#write(client, (bytes ??= bytesOf(event)));
    }
  }

  /** Disconnects those that do not read, has those that read again catch up, and keeps idle connections open. */
  keepUp(): void {
    const now = this.#uptime();
    for (const client of this.#clients) {
      const wasBehind = !Number.isNaN(client.behindSince);
      if (!this.#reads(client)) {
        if (now - client.behindSince >= MAX_BEHIND_MS) this.#end(client);
      } else if (wasBehind) this.#writeWhole(client);
      else if (now - client.sentAt >= KEEP_ALIVE_MS) this.#write(client, encoder.encode(':\n\n'));
    }
  }

  close(): void {
    for (const client of this.#clients) this.#end(client);
  }

  /** Whether there is room in the buffer of a client. One that fell behind must have read all of it. */
  #reads(client: Client): boolean {
    const room = client.controller.desiredSize ?? 0;
    const reads = room >= (Number.isNaN(client.behindSince) ? 1 : MAX_WAITING_BYTES);
    if (reads) client.behindSince = NaN;
    else if (Number.isNaN(client.behindSince)) client.behindSince = this.#uptime();
    return reads;
  }

  #writeWhole(client: Client): void {
    for (const event of this.#options.whole(client.topics)) this.#write(client, bytesOf(event));
  }

  #write(client: Client, bytes: Uint8Array): void {
    client.sentAt = this.#uptime();
    client.controller.enqueue(bytes);
  }

  #end(client: Client): void {
    this.#remove(client);
    client.controller.close();
  }

  #remove(client: Client): void {
    if (this.#clients.delete(client)) this.#options.onChange();
  }
}

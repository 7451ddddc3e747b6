import { EventHub, type ServerEvent } from '../../io/http/event-stream.ts';

/** What a page listens to, polled while at least one client does. One for all clients with the same topic. */
export interface LiveSource {
  /** The whole state, for a client that comes or fell behind. It does not change what `change` says next. */
  whole(): object;
  /** The changes since the last call; null where there are none. */
  change(): object | null;
  /** No client listens any more. */
  close?(): void;
}

/** A kind of event. A topic is its name, or its name, a colon and an argument: `stream:boiler`. */
export interface Channel {
  readonly name: string;
  /** How often `change` is asked, ms; a multiple of 250. */
  readonly everyMs: number;
  /** Null where the argument names nothing. */
  open(argument: string): LiveSource | null;
}

interface Running {
  readonly channel: Channel;
  readonly source: LiveSource;
  askedAt: number;
}

/** At most 4 events a second of each topic. */
const TICK_MS = 250;
const KEEP_UP_MS = 1_000;
/** Topics of one client. */
export const MAX_TOPICS = 4;

/**
 * Sends the data of the pages while a page is open: without a client there is no timer and no work. A source is made with the first client of its topic
 * and closed after the last.
 */
export class Live {
  private readonly channels: ReadonlyMap<string, Channel>;
  private readonly running = new Map<string, Running>();
  private readonly hub: EventHub;
  private timer: NodeJS.Timeout | null = null;
  private keptUpAt = -Infinity;

  constructor(channels: readonly Channel[]) {
    this.channels = new Map(channels.map((channel) => [channel.name, channel]));
    this.hub = new EventHub({
      whole: (topics) => topics.flatMap((topic) => this.wholeOf(topic)),
      onChange: () => {
        this.adjust();
      },
    });
  }

  get clients(): number {
    return this.hub.clients.size;
  }

  /** The events of these topics: `unknown` where one of them is not known, `full` when there are too many clients. */
  open(topics: readonly string[]): ReadableStream<Uint8Array> | 'unknown' | 'full' {
    if (topics.length > MAX_TOPICS) return 'unknown';
    const known = topics.every((topic) => this.begin(topic));
    const stream = known ? (this.hub.open(topics) ?? 'full') : 'unknown';
    this.adjust();
    return stream;
  }

  close(): void {
    this.hub.close();
    this.adjust();
  }

  private begin(topic: string): boolean {
    if (this.running.has(topic)) return true;
    const [name, ...argument] = topic.split(':');
    const channel = this.channels.get(name);
    const source = channel?.open(argument.join(':')) ?? null;
    if (channel === undefined || source === null) return false;
    source.change(); // from now on: the first client gets the whole state
    this.running.set(topic, { channel, source, askedAt: performance.now() });
    return true;
  }

  private wholeOf(topic: string): readonly ServerEvent[] {
    const running = this.running.get(topic);
    return running === undefined ? [] : [eventOf(topic, running, { ...running.source.whole(), whole: true })];
  }

  /** Closes the sources to which nobody listens, and runs the timer while there are clients. */
  private adjust(): void {
    const wanted = new Set([...this.hub.clients].flatMap(({ topics }) => topics));
    for (const [topic, { source }] of this.running) {
      if (wanted.has(topic)) continue;
      this.running.delete(topic);
      source.close?.();
    }
    if (wanted.size > 0) this.timer ??= setInterval(this.tick, TICK_MS).unref();
    else if (this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
  }

  private readonly tick = (): void => {
    const now = performance.now();
    for (const [topic, running] of this.running) {
      if (now - running.askedAt < running.channel.everyMs - TICK_MS / 2) continue;
      running.askedAt = now;
      const change = running.source.change();
      if (change !== null) this.hub.send(topic, eventOf(topic, running, change));
    }
    if (now - this.keptUpAt < KEEP_UP_MS) return;
    this.keptUpAt = now;
    this.hub.keepUp();
  };
}

/** Its data has the topic, so that a page that has moved on recognises an event of before. */
const eventOf = (topic: string, { channel }: Running, body: object): ServerEvent => ({
  event: channel.name,
  data: JSON.stringify({ ...body, topic }),
});

import { useEffect, useRef, useState } from 'preact/hooks';
import type { CommandBody, CommandReply, Refusal } from '../app/dashboard/contract.ts';

/** A request that was refused or got no answer; its message is a sentence for the person. */
export class ApiError extends Error {
  /** 0: no answer. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, { code, text }: Refusal) {
    super(text);
    this.status = status;
    this.code = code;
  }
}

const NO_ANSWER: Refusal = {
  code: 'no_answer',
  text: 'The service does not answer. Is it running? The page tries again by itself.',
};

/** The sentence of a failure, for the person. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Called when a token is needed. */
let onUnauthorised = (): void => undefined;
export const whenUnauthorised = (call: () => void): void => {
  onUnauthorised = call;
};

/** All addresses are relative, so that the page works under any path of a proxy. */
const call = async (path: string, init: RequestInit = {}): Promise<unknown> => {
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: 'same-origin', redirect: 'error' });
  } catch {
    throw new ApiError(0, NO_ANSWER);
  }
  const json = response.headers.get('content-type')?.includes('json') === true;
  const body: unknown = json ? await response.json().catch(() => null) : null;
  if (response.ok) return body;
  if (response.status === 401) onUnauthorised();
  const refusal = (body as Refusal | null) ?? {
    code: 'refused',
    text: `The service refused this (${response.status}).`,
  };
  throw new ApiError(response.status, refusal);
};

/** `GET api/<path>` */
export const get = async <T>(path: string): Promise<T> => (await call(`api/${path}`)) as T;

/** The path of the history of a series; `from` and `until` are epoch ms. */
export const historyPath = (series: string, from: number, until: number, points: number): string =>
  `series/${encodeURIComponent(series)}/history?from=${Math.floor(from)}&until=${Math.ceil(until)}&points=${points}`;

/** `POST api/<path>` */
export const post = async <T>(path: string, body: object): Promise<T> =>
  (await call(`api/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })) as T;

/** Has a command carried out. A refusal by the service is an answer too, not an error. */
export const command = (body: CommandBody): Promise<CommandReply> => post<CommandReply>('command', body);

/** What a page reads once: both null while it loads. */
export interface Json<T> {
  readonly data: T | null;
  readonly error: string | null;
  readonly reload: () => void;
}

/** The JSON of a path, read again when the path changes, or by `reload`. */
export const useJson = <T>(path: string): Json<T> => {
  const [state, setState] = useState<{ path: string; data: T | null; error: string | null }>({
    path,
    data: null,
    error: null,
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let wanted = true;
    get<T>(path)
      .then((data) => {
        if (wanted) setState({ path, data, error: null });
      })
      .catch((error: unknown) => {
        if (wanted) setState({ path, data: null, error: messageOf(error) });
      });
    return () => {
      wanted = false;
    };
  }, [path, turn]);
  const { data, error } = state.path === path ? state : { data: null, error: null };
  return {
    data,
    error,
    reload: () => {
      setTurn((n) => n + 1);
    },
  };
};

export type LiveState = 'connecting' | 'open' | 'lost';

/** The data of an event: a change, or with `whole` all of it. */
export type LiveEvent<T> = T & { readonly topic: string; readonly whole?: true };

type Listener = (data: LiveEvent<object>) => void;

const RETRY_MS = 3_000;
/** Shell and page say what they listen to one after the other. */
const GATHER_MS = 20;
/** A page that nobody looks at costs the service nothing after this time. */
const HIDDEN_MS = 60_000;

/** The one connection for server-sent events, with the topics of all parts of the page. */
class LiveConnection {
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly watchers = new Set<(state: LiveState) => void>();
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hidden: ReturnType<typeof setTimeout> | undefined;
  state: LiveState = 'connecting';

  constructor() {
    document.addEventListener('visibilitychange', () => {
      clearTimeout(this.hidden);
      if (!document.hidden) {
        if (this.source === null) this.reopen();
        return;
      }
      this.hidden = setTimeout(() => {
        this.close();
      }, HIDDEN_MS);
    });
  }

  listen(topic: string, listener: Listener): () => void {
    const known = this.listeners.get(topic);
    if (known !== undefined) known.add(listener);
    else this.listeners.set(topic, new Set([listener]));
    // A topic that is open sends its whole state to a new connection only.
    this.soon(GATHER_MS);
    return () => {
      const all = this.listeners.get(topic);
      all?.delete(listener);
      if (all?.size === 0) this.listeners.delete(topic);
      this.soon(GATHER_MS);
    };
  }

  watch(watcher: (state: LiveState) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Opens the connection anew: after a log-in, and when topics change. */
  reopen(): void {
    this.close();
    if (this.listeners.size === 0) return;
    const topics = [...this.listeners.keys()];
    const source = new EventSource(`api/live?on=${topics.map(encodeURIComponent).join(',')}`);
    this.source = source;
    source.onopen = () => {
      this.become('open');
    };
    source.onerror = () => {
      this.become('lost');
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again
      // It was refused: by a token that has ended, or by too many clients.
      void get('session').catch(() => undefined);
      this.soon(RETRY_MS);
    };
    for (const name of new Set(topics.map((topic) => topic.split(':')[0])))
      source.addEventListener(name, (event: MessageEvent<string>) => {
        const data = JSON.parse(event.data) as LiveEvent<object>;
        for (const listener of this.listeners.get(data.topic) ?? []) listener(data);
      });
  }

  private soon(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.reopen();
    }, ms);
  }

  private close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  private become(state: LiveState): void {
    this.state = state;
    for (const watcher of this.watchers) watcher(state);
  }
}

export const live = new LiveConnection();

/** Calls `onEvent` with each event of a topic, while the component is shown. The first one is whole. */
export const useLive = <T extends object>(topic: string, onEvent: (data: LiveEvent<T>) => void): void => {
  const latest = useRef(onEvent);
  latest.current = onEvent;
  useEffect(
    () =>
      live.listen(topic, (data) => {
        latest.current(data as LiveEvent<T>);
      }),
    [topic],
  );
};

export const useLiveState = (): LiveState => {
  const [state, setState] = useState(live.state);
  useEffect(() => live.watch(setState), []);
  return state;
};

interface Part {
  readonly start: (after?: Promise<void>) => void;
  readonly stop: () => Promise<void>;
}

/** Stops a part of the service and starts another one in its place when that has ended; the stop of the service waits for both. */
export function behind<T extends Part>(before: Part, next: T): T {
  const ended = before.stop();
  next.start(ended);
  return {
    ...next,
    stop: async () => {
      await ended;
      await next.stop();
    },
  };
}

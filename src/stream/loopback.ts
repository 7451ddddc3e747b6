/** Whether a host, also in brackets as in a URL, is this machine: nothing between the programs can read their messages. */
export const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);

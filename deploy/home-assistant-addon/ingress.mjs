/**
 * The ingress of Home Assistant: a server on the port that the Supervisor calls. Home Assistant has checked who the user is, so only
 * the Supervisor may connect, and the dashboard behind it needs no token.
 * https://developers.home-assistant.io/docs/add-ons/presentation#ingress
 */
import { createServer, request } from 'node:http';

/** The Supervisor in the network of the add-ons. */
export const SUPERVISOR = '172.30.32.2';

/**
 * `port`: of the ingress; `target`: host and port of the dashboard; `allowed`: the address that may connect. The dashboard refuses a
 * change that comes from a page of another origin: the name by which the browser knows Home Assistant is given as its own.
 */
export const serveIngress = ({ host = '0.0.0.0', port, target, allowed = SUPERVISOR }) => {
  const server = createServer((from, to) => {
    if (from.socket.remoteAddress?.replace(/^::ffff:/, '') !== allowed) {
      to.writeHead(403).end('Only the Supervisor of Home Assistant may connect.\n');
      return;
    }
    const headers = { ...from.headers, host: target };
    if (headers.origin !== undefined && isOwn(headers)) headers.origin = `http://${target}`;
    const [hostname, targetPort] = target.split(':');
    const asked = request({ hostname, port: targetPort, method: from.method, path: from.url, headers }, (answer) => {
      to.writeHead(answer.statusCode, answer.headers);
      answer.pipe(to);
    });
    asked.on('error', () => {
      // After the headers only an end of the connection says that the rest is missing.
      if (to.headersSent) to.destroy();
      else
        to.writeHead(502).end('zankyo does not answer yet: it starts, or its site file has a mistake (see the log).\n');
    });
    to.on('close', () => asked.destroy());
    from.pipe(asked);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
};

/** Whether the page that sends the request is Home Assistant's own. */
const isOwn = (headers) => {
  const outside = headers['x-forwarded-host'] ?? headers.host;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === outside;
};

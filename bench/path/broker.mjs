import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pinned } from './pinned.mjs';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * A Mosquitto without two of its default limits. The queue is unlimited, so that no waiting message is dropped. At QoS 1 the
 * receiver alone sets the number of unacknowledged messages (256); with the default of 20 it would wait for the broker most
 * of the time, and the cost of waking up would be measured.
 */
export async function startBroker(directory, cores, inFlight = 0) {
  const port = await freePort();
  const config = join(directory, 'mosquitto.conf');
  const limits = ['max_queued_messages 0', `max_inflight_messages ${inFlight}`];
  const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'log_dest stderr', ...limits];
  writeFileSync(config, lines.join('\n'));
  const [command, args] = pinned('mosquitto', ['-c', config], cores);
  // Debian installs it in /usr/sbin, which is often not in a user's PATH.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let report = '';
  child.stderr.on('data', (chunk) => (report = (report + chunk).slice(-2000)));
  child.on('error', (error) => (report += error.message));
  for (let attempt = 0; attempt < 250 && child.exitCode === null; attempt++) {
    const socket = connect(port, '127.0.0.1');
    const accepted = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (accepted) return { url: `mqtt://127.0.0.1:${port}`, kill: (signal) => child.kill(signal) };
    await sleep(20);
  }
  child.kill('SIGKILL');
  throw new Error(`mosquitto does not accept connections: ${report}`);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { eventually } from '../integration/programs/program.ts';

/** nginx on a loopback port, with these lines in its `server`; `stop` it in the end. Its address is called `proxy.localhost` too. */
export const startNginx = async (port: number, lines: string): Promise<{ readonly stop: () => Promise<void> }> => {
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-nginx-'));
  writeFileSync(
    join(directory, 'nginx.conf'),
    `daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path ${directory};
  proxy_temp_path ${directory};
  fastcgi_temp_path ${directory};
  uwsgi_temp_path ${directory};
  scgi_temp_path ${directory};
  server {
    listen 127.0.0.1:${port};
${lines}
  }
}
`,
  );
  const env = { ...process.env, PATH: [process.env['PATH'], '/usr/sbin', '/usr/local/sbin'].join(delimiter) };
  const child = spawn('nginx', ['-p', directory, '-c', join(directory, 'nginx.conf')], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let report = '';
  child.stderr.on('data', (chunk: Buffer) => (report += chunk.toString()));
  await eventually(
    async () => (await fetch(`http://127.0.0.1:${port}/`).catch(() => null)) !== null,
    () => `nginx does not answer: ${report}`,
  );
  return {
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(directory, { recursive: true });
    },
  };
};

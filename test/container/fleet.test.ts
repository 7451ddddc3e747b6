import { connectAsync, type MqttClient } from 'mqtt';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { freePort } from '../integration/programs/mosquitto.ts';
import { Engine, ROOT, until } from './engine.ts';

/*
 * deploy/compose by podman-compose, and deploy/kubernetes by kubectl and podman kube play. Podman has no timer where systemd does not run:
 * the tests call the healthchecks themselves. kube play starts one replica of a Deployment.
 */

const cleanUps: (() => unknown)[] = [];
let engine: Engine;
const place = mkdtempSync(join(tmpdir(), 'zankyo-fleet-'));
cleanUps.push(() => {
  rmSync(place, { recursive: true });
});
const PASSWORDS = { ZANKYO_PASSWORD: 'worker', SENSOR_PASSWORD: 'sensor', SITE1_PASSWORD: 'site' };
/** Of the tests: a range, so that one reading opens an alarm. */
const SITE = readFileSync(join(ROOT, 'deploy/kubernetes/site.yaml'), 'utf8').replace(
  'path: v }',
  'path: v, range: [0, 100] }',
);

beforeAll(async () => {
  engine = await Engine.start();
  cleanUps.push(() => engine.stop());
  await engine.buildImage();
  await engine.pullNats();
  for (const folder of ['compose', 'nats', 'kubernetes'])
    cpSync(join(ROOT, 'deploy', folder), join(place, folder), { recursive: true });
});
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const clientOf = async (port: number, username: string, password: string): Promise<MqttClient> => {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, username, password });
  cleanUps.push(() => client.endAsync(true));
  return client;
};

/** A reading out of its range becomes one alert. */
const alerts = async (port: number): Promise<void> => {
  const received: string[] = [];
  const reader = await clientOf(port, 'zankyo', PASSWORDS.ZANKYO_PASSWORD);
  reader.on('message', (topic) => received.push(topic));
  await reader.subscribeAsync('zankyo/#');
  const sensor = await clientOf(port, 'sensor', PASSWORDS.SENSOR_PASSWORD);
  for (const pump of ['1', '2', '3'])
    for (const v of [20, 21, 20, 500])
      await sensor.publishAsync(`pump/${pump}/temp`, JSON.stringify({ v }), { qos: 1 });
  const events = (): readonly string[] => received.filter((topic) => /series\/.*\/event$/.test(topic)).sort();
  const wanted = ['1', '2', '3'].map((pump) => `zankyo/plant/series/${pump}-temp/event`);
  await until(
    () => events().length >= 3,
    () => `received: ${received.join(' ')}`,
  );
  expect(events()).toEqual(wanted);
};
const names = async (filter: string): Promise<readonly string[]> =>
  (await engine.must('ps', '--filter', `name=${filter}`, '--format={{.Names}}')).split('\n').filter(Boolean);
const healthy = (container: string): Promise<void> =>
  until(
    async () => (await engine.podman('healthcheck', 'run', container)).status === 0,
    async () => `${container} is not healthy:\n${await engine.logs(container)}`,
  );

test('deploy/compose: a server and three workers; an alert; all end in order', async () => {
  const folder = join(place, 'compose');
  const mqtt = await freePort();
  const text = readFileSync(join(folder, 'compose.yaml'), 'utf8');
  const ports = `ports: ['127.0.0.1:${mqtt}:1883']`;
  writeFileSync(join(folder, 'compose.yaml'), text.replace("ports: ['1883:1883', '7422:7422']", ports));
  writeFileSync(join(folder, 'site.yaml'), SITE);
  writeFileSync(
    join(folder, '.env'),
    Object.entries(PASSWORDS)
      .map((pair) => `${pair.join('=')}\n`)
      .join(''),
  );
  const compose = (...args: readonly string[]) => engine.exec('podman-compose', args, { cwd: folder });
  const up = compose('up', '-d');
  await until(
    async () => (await names('compose_nats')).length === 1,
    async () => JSON.stringify(await up),
  );
  const [nats] = await names('compose_nats');
  await healthy(nats);
  const { status, stderr } = await up;
  expect(status, stderr).toBe(0);
  const workers = await names('compose_worker');
  expect(workers).toHaveLength(3);
  for (const worker of workers) {
    await engine.logged(worker, 'partition taken');
    await healthy(worker);
  }
  await alerts(mqtt);
  await engine.must('stop', '--time=30', ...workers);
  for (const worker of workers)
    expect(await engine.must('inspect', worker, '--format={{.State.ExitCode}} {{.State.OOMKilled}}')).toBe('0 false');
  expect((await compose('down')).status).toBe(0);
});

interface Manifest {
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  spec: {
    replicas?: number;
    selector?: object;
    volumeClaimTemplates?: Manifest[];
    template?: { spec: { volumes: object[] } };
  };
}

/** What podman kube play has no counterpart for: a StatefulSet becomes a Deployment with its claims, and a Service is a name in the network. */
const playable = (manifests: readonly Manifest[]): readonly Manifest[] =>
  manifests.flatMap((manifest) => {
    if (manifest.kind === 'Service') return [];
    if (manifest.kind !== 'StatefulSet') return [manifest];
    const { volumeClaimTemplates = [], replicas, selector, template } = manifest.spec;
    template!.spec.volumes.push(
      ...volumeClaimTemplates.map(({ metadata: { name } }) => ({ name, persistentVolumeClaim: { claimName: name } })),
    );
    const claims = volumeClaimTemplates.map((claim) => ({
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', spec: claim.spec },
      // In place of fsGroup.
      metadata: {
        ...claim.metadata,
        annotations: { 'volume.podman.io/uid': '10002', 'volume.podman.io/gid': '10002' },
      },
    }));
    return [
      ...claims,
      { ...manifest, apiVersion: 'apps/v1', kind: 'Deployment', spec: { selector, template, replicas } } as Manifest,
    ];
  });

test('deploy/kubernetes: kubectl builds it, and its pods run: a server and a worker, ready and alive, an alert', async () => {
  writeFileSync(join(place, 'kubernetes/site.yaml'), SITE);
  const folder = join(place, 'kubernetes');
  const built = await engine.exec('kubectl', ['kustomize', folder, '--load-restrictor', 'LoadRestrictionsNone']);
  expect(built.stderr).toBe('');
  const manifests = parseAllDocuments(built.stdout).map((document) => document.toJS() as Manifest);
  expect(manifests.map(({ kind }) => kind).sort()).toEqual([
    ...['ConfigMap', 'ConfigMap', 'Deployment', 'Service', 'StatefulSet'],
  ]);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'zankyo' }, stringData: PASSWORDS };
  const mqtt = await freePort();
  await engine.must('tag', 'zankyo', 'localhost/zankyo:0.1.0');
  await engine.must('network', 'create', '--ignore', 'kube');
  const configs = playable(manifests).filter(({ kind }) => kind === 'ConfigMap');
  const play = async (names: readonly string[], ...options: readonly string[]): Promise<void> => {
    const parts = playable(manifests).filter(({ kind, metadata: { name } }) =>
      kind === 'PersistentVolumeClaim' ? names.includes('nats') : kind === 'Deployment' && names.includes(name),
    );
    const file = join(place, `${names.join()}.yaml`);
    writeFileSync(file, [secret, ...configs, ...parts].map((part) => stringify(part)).join('---\n'));
    await engine.must('kube', 'play', ...options, file);
  };
  await play(['nats'], '--network=kube:alias=nats', `--publish=127.0.0.1:${mqtt}:1883`);
  await engine.logged('nats-pod-nats', 'Server is ready');
  await play(['zankyo-worker'], '--network=kube');
  await engine.logged('zankyo-worker-pod-worker', 'partition taken');
  const probe = (path: string) =>
    engine.podman(
      ...['exec', 'zankyo-worker-pod-worker', 'node', '-e'],
      `fetch('http://127.0.0.1:8787${path}').then((a) => console.log(a.status))`,
    );
  // Its HTTP server may listen only after its first partition is taken.
  for (const path of ['/readyz', '/healthz'])
    await until(
      async () => (await probe(path)).stdout === '200\n',
      async () => `${path} does not answer 200: ${JSON.stringify(await probe(path))}`,
      30_000,
    );
  const id = await engine.podman('exec', 'zankyo-worker-pod-worker', 'sh', '-c', 'id -u; touch /x 2>&1');
  expect(id.stdout).toMatch(/^10001\n.*Read-only file system/);
  await alerts(mqtt);
  await engine.must('stop', '--time=30', 'zankyo-worker-pod-worker');
  expect(await engine.must('inspect', 'zankyo-worker-pod-worker', '--format={{.State.ExitCode}}')).toBe('0');
});

import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { connectAsync, type MqttClient } from 'mqtt';
import { freePort, startMosquitto, type Mosquitto } from '../integration/programs/mosquitto.ts';
import { directory, startService, type Program } from '../integration/programs/program.ts';
import { MINUTE_MS } from '../../src/math/time.ts';

/** A page in a real browser, and everything it complained about. */
export interface Tab {
  readonly page: Page;
  /** Errors of scripts, refused resources, broken rules of the content security policy. A test expects none. */
  readonly complaints: readonly string[];
}

/** Debian's. */
const PROGRAM = '/usr/bin/chromium';

/** Starts Chromium; close it in the end. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

/** Opens an address in a new window of 1280 x 800, or as `options` says. */
export const openTab = async (browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Tab> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints };
};

export interface Rig {
  readonly broker: Mosquitto;
  readonly program: Program;
  readonly client: MqttClient;
  /** Of the dashboard, with a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** Where the site file and the database are. */
  readonly path: string;
  /** Publishes a reading of a series: topic `s/<series>`. */
  readonly publish: (series: string, value: number, at?: number) => Promise<void>;
  /** Publishes so many readings of a calm series, one a minute, up to a minute ago. */
  readonly learn: (series: string, readings: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * A broker, and the built service with a dashboard on a free port; `yaml`: further lines of the site file, `http`: further options of it.
 * `prepare` is called with the path of the database before the start; `inputs`: further inputs.
 */
export const startRig = async (
  yaml = '',
  http = '',
  prepare?: (database: string) => void,
  inputs = '',
): Promise<Rig> => {
  const cleanUps: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  };
  try {
    const broker = await startMosquitto();
    cleanUps.push(() => broker.stop());
    const port = await freePort();
    const { path, remove } = directory({
      'site.yaml': `site: works
database: zankyo.db
mqtt: { url: '${broker.url}' }
http: { listen: '127.0.0.1:${port}'${http === '' ? '' : `, ${http}`} }
inputs:
  - { topic: 's/+', path: v, time: t, name: '{1}' }
${inputs}publish: { state_every: 1s }
${yaml}`,
    });
    cleanUps.push(remove);
    prepare?.(join(path, 'zankyo.db'));
    const program = await startService(path, cleanUps);
    await program.logged('HTTP server listens');
    const client = await connectAsync(broker.url);
    cleanUps.push(() => client.endAsync(true));
    const publish = async (series: string, value: number, at = Date.now()): Promise<void> => {
      await client.publishAsync(`s/${series}`, JSON.stringify({ v: value, t: new Date(at).toISOString() }), { qos: 1 });
    };
    const learn = async (series: string, readings: number): Promise<void> => {
      const begin = Date.now() - readings * MINUTE_MS;
      for (let i = 0; i < readings; i++)
        await publish(series, 20 + Math.sin(i / 9) + ((i * 7) % 5) / 20, begin + i * MINUTE_MS);
    };
    return { broker, program, client, url: `http://127.0.0.1:${port}/`, port, path, publish, learn, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

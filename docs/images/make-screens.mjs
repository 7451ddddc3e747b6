// Takes the pictures of the dashboard for the README from the running demo: npm run build && node docs/images/make-screens.mjs
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const WIDTH = 1120;
const PORT = 8797;
const picture = (name) => new URL(name, import.meta.url).pathname;

const demo = spawn(process.execPath, ['dist/cli/main.js', 'demo', '--port', String(PORT)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const lines = createInterface(demo.stdout);
for await (const line of lines) if (line.includes(`:${PORT}/`)) break;
demo.stdout.resume();

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const open = async (route, height) => {
  const page = await browser.newPage({ viewport: { width: WIDTH, height }, colorScheme: 'light' });
  await page.goto(`http://127.0.0.1:${PORT}/#/${route}`);
  return page;
};
const [now, learning] = await Promise.all([open('', 560), open('learning/pump-station', 900)]);
// From the third week on there are habits; then the first alarm that is open.
await now
  .getByText(/(1[89]|2\d) Jan/)
  .first()
  .waitFor({ timeout: 120_000 });
await now.locator('.case').first().waitFor({ timeout: 120_000 });
await now.getByText(/open alarm$/).waitFor();
await now.screenshot({ path: picture('dashboard-now.png') });
// New readings move the chapters.
await learning.getByRole('button', { name: 'Pause' }).click();
const chapters = learning.locator('section', { hasText: /What the hidden state does|What it keeps/ });
const boxes = await Promise.all([chapters.first().boundingBox(), chapters.last().boundingBox()]);
const [top, bottom] = [boxes[0].y, boxes[1].y + boxes[1].height];
await learning.screenshot({
  path: picture('dashboard-learning.png'),
  fullPage: true,
  clip: { x: boxes[0].x - 8, y: top - 8, width: boxes[0].width + 16, height: bottom - top + 16 },
});
await browser.close();
demo.kill('SIGINT');
await once(demo, 'exit');

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadSite } from '../src/config/load.ts';
import { contractOf } from './contracts.ts';
import { directoryWith } from './config/site.ts';

const root = resolve(import.meta.dirname, '..');
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
].sort();

/** Without fenced blocks and inline code, in which brackets are code. */
const prose = (page: string): string =>
  readFileSync(join(root, page), 'utf8')
    .replace(/^(```|~~~)[^]*?^\1/gm, '')
    .replace(/`[^`\n]*`/g, '');

/** The anchors that GitHub gives the headings of a page: lower case, no punctuation, spaces to hyphens, repeats numbered. */
const anchorsOf = (path: string): Set<string> => {
  const anchors = new Set<string>();
  const text = readFileSync(path, 'utf8').replace(/^(```|~~~)[^]*?^\1/gm, '');
  for (const [, heading] of text.matchAll(/^#{1,6} +(.+)$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N}\-_ ]/gu, '').replaceAll(' ', '-');
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
};

/** Targets of links and images that do not lead to another host. */
const linksOf = (page: string): string[] =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter((link) => !/^[a-z]+:/i.test(link));

const problemWith = (page: string, link: string): string | null => {
  const [file] = link.split('#', 1);
  const anchor = link.includes('#') ? link.slice(link.indexOf('#') + 1) : null;
  const target = file === '' ? join(root, page) : resolve(root, dirname(page), file);
  if (!existsSync(target)) return `${page}: ${link}: no such file`;
  if (anchor !== null && !anchorsOf(target).has(anchor)) return `${page}: ${link}: no such heading`;
  return null;
};

test.each(pages)('every relative link and anchor in %s exists', (page) => {
  expect(linksOf(page).flatMap((link) => problemWith(page, link) ?? [])).toEqual([]);
});

test('README leads to every page of docs, directly or by way of another page', () => {
  const reached = new Set(['README.md']);
  for (const page of reached)
    for (const link of linksOf(page)) {
      const target = relative(root, resolve(root, dirname(page), link.split('#')[0]));
      if (target.endsWith('.md') && existsSync(join(root, target))) reached.add(target);
    }
  expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
});

/** Code spans that begin a row of the page's tables, in pieces between the names and numbers that "…" stands for. */
const quotedLines = (page: string): string[][] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^\| (?:[^|`]*, )?`([^`]{25,})`/gm)].map(([, line]) =>
    line.split('…').map((piece) => piece.trim()),
  );

test('each log line that docs/troubleshooting.md quotes stands in the source', () => {
  const source = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(root, 'src', name), 'utf8').replaceAll("\\'", "'"))
    .join('\n');
  const quoted = quotedLines('docs/troubleshooting.md');
  expect(quoted.length).toBeGreaterThan(20);
  expect(quoted.flat().filter((piece) => !source.includes(piece))).toEqual([]);
});

test.each(pages)('every file that %s names exists', (page) => {
  const folders = ['src', 'test', 'bench', 'docs', 'config', 'deploy', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const tree = [...folders, ...readdirSync(root)];
  const named = [...readFileSync(join(root, page), 'utf8').matchAll(/`([\w./-]+\.(?:ts|mjs|py|yaml|service))`/g)];
  const missing = named.map(([, name]) => name).filter((name) => !tree.some((path) => `/${path}`.endsWith(`/${name}`)));
  expect(missing.filter((name) => !/^\/etc\/|(^|\/)(site\.yaml|secrets\.yaml|mosquitto\.service)$/.test(name))).toEqual(
    [],
  );
});

test.each(['README.md', 'docs/configuration.md'])('the site file in %s is accepted without a warning', (page) => {
  const [, yaml] = /^```yaml\n(site:[^]*?)^```/m.exec(readFileSync(join(root, page), 'utf8'))!;
  const directory = directoryWith({ 'site.yaml': yaml, 'secrets.yaml': 'mqtt_password: x\n' });
  expect(loadSite(join(directory, 'site.yaml'), {}).warnings).toEqual([]);
});

/** The YAML blocks of a page. In a list their lines are indented. */
const yamlOf = (page: string): unknown[] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^( *)```yaml\n([^]*?)^\1```/gm)].map(
    ([, indent, text]) => parse(text.replaceAll(new RegExp(`^${indent}`, 'gm'), '')) as unknown,
  );

describe('docs/home-assistant.md', () => {
  const blocks = yamlOf('docs/home-assistant.md') as {
    readonly alias?: string;
    readonly triggers?: readonly { readonly trigger: string; readonly topic?: string }[];
    readonly actions?: readonly { readonly action: string; readonly data: { readonly topic?: string } }[];
  }[];
  const automations = blocks.filter(({ alias }) => alias !== undefined);

  test('its lines of the site file are accepted without a warning', () => {
    const [lines] = blocks;
    const site = { site: 'home', mqtt: { url: 'mqtt://localhost' }, inputs: [{ topic: 'a' }], ...lines };
    const directory = directoryWith({ 'site.yaml': JSON.stringify(site) });
    expect(loadSite(join(directory, 'site.yaml'), {}).warnings).toEqual([]);
  });

  test('its automations have triggers, actions, and topics that zankyo has', () => {
    expect(automations).toHaveLength(3);
    const topics = automations.flatMap(({ triggers = [], actions = [] }) => {
      expect(triggers.every(({ trigger }) => ['mqtt', 'event'].includes(trigger))).toBe(true);
      expect(actions.every(({ action }) => ['mqtt.publish', 'notify.mobile_app_phone'].includes(action))).toBe(true);
      return [...triggers.map(({ topic }) => topic), ...actions.map(({ data }) => data.topic)];
    });
    const named = topics.filter((topic) => topic !== undefined);
    expect(named.map((topic) => contractOf(topic.replace('+', 'boiler'), 'zankyo'))).toEqual([
      'event',
      'command',
      'reply',
    ]);
  });
});

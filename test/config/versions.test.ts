import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { parseDocument } from 'yaml';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { migrate } from '../../src/cli/actions/migrate.ts';
import { lineDiff } from '../../src/config/line-diff.ts';
import {
  migrateDocument,
  migrateText,
  oldVersion,
  renameKey,
  SITE_VERSION,
  type SiteMigration,
} from '../../src/config/versions.ts';
import { directoryWith, failure, load, SITE } from './site.ts';

/** Changes as they may come. */
const MIGRATIONS: readonly SiteMigration[] = [
  {
    version: 2,
    text: 'tuning.cool_down is tuning.quiet_for.',
    change: (document) => {
      renameKey(document, ['tuning', 'cool_down'], 'quiet_for');
    },
  },
  {
    version: 3,
    text: 'commit.every is storage.commit.',
    change: (document) => {
      const every = document.getIn(['commit', 'every'], true);
      if (every === undefined) return;
      document.deleteIn(['commit']);
      document.set('storage', document.createNode({ commit: every }));
    },
  },
];

const OLD = `# The house.
site: home   # short
mqtt: { url: 'mqtt://localhost' }

# All sensors.
inputs:
  - topic: a
    range: [0, 100]
tuning:
  # After an alarm.
  cool_down: 2h # two hours
  warmup: 100
`;

test('a key gets its new name; comments, order, quotes and all other lines stay', () => {
  const { text, ...rest } = migrateText(OLD, MIGRATIONS.slice(0, 1))!;
  expect(rest).toEqual({ from: 1, to: 2, changes: ['tuning.cool_down is tuning.quiet_for.'] });
  expect(lineDiff(OLD, text).filter((line) => /^[-+]/.test(line))).toEqual([
    '+ version: 2',
    '-   cool_down: 2h # two hours',
    '+   quiet_for: 2h # two hours',
  ]);
  expect(text).toMatch(/^version: 2\n# The house\.\nsite: home {3}# short\n/);
  expect(text).toContain("mqtt: { url: 'mqtt://localhost' }\n\n# All sensors.\n");
  expect(text).toContain('  # After an alarm.\n  quiet_for: 2h # two hours\n  warmup: 100\n');
  expect(parseDocument(text).toJS()).toMatchObject({ version: 2, site: 'home', tuning: { quiet_for: '2h' } });
});

test('several versions in one step, from the one that the file has', () => {
  const both = migrateText(`${OLD}commit:\n  every: 10s\n`, MIGRATIONS)!;
  expect(both).toMatchObject({ from: 1, to: 3, changes: MIGRATIONS.map(({ text }) => text) });
  expect(parseDocument(both.text).toJS()).toMatchObject({ version: 3, storage: { commit: '10s' } });
  const last = migrateText(`version: 2\n${OLD}`, MIGRATIONS)!;
  expect(last).toMatchObject({ from: 2, to: 3 });
  expect(last.text).toContain('cool_down: 2h');
  expect(migrateText(both.text, MIGRATIONS)).toBeNull();
});

test('a version that is none, and a file that is no section, are left to the schema', () => {
  for (const text of ['version: new\nsite: a\n', 'version: 0\n', '- a\n', ''])
    expect(migrateDocument(parseDocument(text), MIGRATIONS)).toBeNull();
});

test('a file of today has no warning, with or without its version; a newer one is refused', () => {
  expect(load(SITE).warnings).toEqual([]);
  expect(load(`version: ${SITE_VERSION}\n${SITE}`).site.version).toBe(SITE_VERSION);
  expect(failure(`version: ${SITE_VERSION + 1}\n${SITE}`).lines[0]).toMatch(
    /^site\.yaml:1:10: version: expected 1; a file of a higher version needs a newer zankyo; got /,
  );
});

test('the warning names the command', () => {
  expect(oldVersion('/etc/zankyo/site.yaml', { from: 1, to: 2, changes: [] })).toBe(
    '/etc/zankyo/site.yaml: the file has version 1 and is read as version 2; "zankyo migrate /etc/zankyo/site.yaml" shows the changes and rewrites it',
  );
});

const examples = join(import.meta.dirname, '../../config');
test.each(readdirSync(examples).filter((name) => name.endsWith('.yaml')))('%s changes by its version alone', (name) => {
  const text = readFileSync(join(examples, name), 'utf8').replace(/^version: .*\n/m, '');
  const { text: after } = migrateText(text, [{ version: 2, text: 'None.', change: () => undefined }])!;
  expect(lineDiff(text, after).filter((line) => /^[-+]/.test(line))).toEqual(['+ version: 2']);
});

describe('zankyo migrate', () => {
  const run = async (yes: boolean, text = OLD) => {
    const directory = directoryWith({ 'site.yaml': text });
    const said: string[] = [];
    const spies = (['log', 'error'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((line: unknown) => {
        // Where CI is set, the lines have colours.
        said.push(stripVTControlCharacters(String(line)));
      }),
    );
    onTestFinished(() => {
      for (const spy of spies) spy.mockRestore();
    });
    const config = join(directory, 'site.yaml');
    const code = await migrate({ config, yes, json: false }, MIGRATIONS, () => new Date('2026-11-27T03:00:00Z'));
    return {
      code,
      said,
      files: readdirSync(directory),
      read: (name: string) => readFileSync(join(directory, name), 'utf8'),
    };
  };

  test('without --yes and without a terminal it shows the changes and writes nothing', async () => {
    const { code, said, files, read } = await run(false);
    expect([code, files, read('site.yaml')]).toEqual([0, ['site.yaml'], OLD]);
    expect(said.join('\n')).toContain('-   cool_down: 2h # two hours\n+   quiet_for: 2h # two hours');
    expect(said.at(-1)).toMatch(/^Nothing was changed: /);
  });

  test('with --yes it writes the file, and keeps the old one', async () => {
    const { files, read } = await run(true);
    const backup = 'site.yaml.version-1-2026-11-27T03-00-00';
    expect(files).toEqual(['site.yaml', backup]);
    expect(read(backup)).toBe(OLD);
    expect(read('site.yaml')).toBe(migrateText(OLD, MIGRATIONS)!.text);
  });
});

test('a diff has the lines around each change, and no others', () => {
  const before = Array.from({ length: 20 }, (_, i) => `line ${i}`);
  const after = before.toSpliced(10, 1, 'other').toSpliced(3, 0, 'more');
  expect(lineDiff(before.join('\n'), after.join('\n'))).toEqual([
    '…',
    '  line 1',
    '  line 2',
    '+ more',
    '  line 3',
    '  line 4',
    '…',
    '  line 8',
    '  line 9',
    '- line 10',
    '+ other',
    '  line 11',
    '  line 12',
    '…',
  ]);
});

import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { examine } from '../../../src/app/doctor/doctor.ts';
import type { Finding } from '../../../src/app/doctor/finding.ts';
import { assumedBy, type Installed } from '../../../src/app/doctor/installed.ts';
import type { InstalledUnit } from '../../../src/app/doctor/installed-unit.ts';
import { passwordFindings } from '../../../src/app/doctor/password.ts';
import { loadSite } from '../../../src/config/load.ts';

export const directory = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'zankyo-doctor-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true });
  });
  return path;
};

/** As a user who may not use `path`: root is nobody meanwhile, and anyone else takes his rights away. */
export const asOther = async <T>(path: string, what: () => T | Promise<T>): Promise<T> => {
  const NOBODY = 65_534;
  const { mode } = statSync(path);
  const isRoot = process.getuid!() === 0;
  if (isRoot) process.seteuid!(NOBODY);
  else chmodSync(path, 0);
  try {
    return await what();
  } finally {
    if (isRoot) process.seteuid!(0);
    else chmodSync(path, mode);
  }
};

export const YAML = 'site: house\nmqtt: { url: mqtt://127.0.0.1:1 }\ninputs: [{ topic: a }]\n';

/** Directories as deploy/zankyo.service has them, under a root of its own, with a site file; `units`: those that systemd has. */
export const installed = (units: readonly InstalledUnit[] = []) => {
  const root = directory();
  const service: Installed = {
    config: join(root, 'etc/zankyo'),
    state: join(root, 'var/lib/zankyo'),
    sites: join(root, 'var/lib/zankyo-sites'),
    stores: [join(root, 'etc/credstore'), join(root, 'etc/credstore.encrypted')],
    units: [],
    readUnit: (name) => {
      const unit = units.find((each) => each.name === name);
      return unit === undefined ? null : { ...unit, text: unit.text.replaceAll('/etc/', `${root}/etc/`) };
    },
  };
  mkdirSync(service.config, { recursive: true });
  writeFileSync(join(service.config, 'site.yaml'), YAML);
  chmodSync(root, 0o755);
  return { root, service, config: join(service.config, 'site.yaml') };
};

export const found = async (
  about: string,
  service: Installed,
  config: string,
  env: NodeJS.ProcessEnv = {},
): Promise<readonly Finding[]> => {
  const findings: Finding[] = [];
  for await (const finding of examine({ version: '1', config, service, env }))
    if (finding.about === about) findings.push(finding);
  return findings;
};

/** The findings about the password alone, without a measurement of the networks; the site file has no mistake. */
export function passwordsOf(service: Installed, config: string): readonly Finding[] {
  const assumed = assumedBy(config, service, {})!;
  try {
    return [...passwordFindings(config, loadSite(config, assumed.env), assumed)];
  } finally {
    assumed.credentials.remove();
  }
}

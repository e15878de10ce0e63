import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The stand-in CLI as the build makes it: one file that runs anywhere. */
export interface Bundle {
  path: string;
  remove(): void;
}

/** Bundles the stand-in CLI into a new temporary folder, away from the repository. */
export async function bundleBicep(): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'));
  const path = join(folder, 'bicep');
  await build({
    entryPoints: ['sandbox/azure/bicep/cli.ts'],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    banner: { js: '#!/usr/bin/env node' },
    outfile: path,
    logLevel: 'error',
  });
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}

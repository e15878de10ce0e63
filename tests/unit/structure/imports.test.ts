import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What each layer may import besides itself: folders of this repository, and packages. */
const layers: Record<string, { folders: string[]; packages: RegExp }> = {
  'tasks/lib/errors.ts': { folders: [], packages: /^$/ },
  'tasks/lib/markdown.ts': { folders: [], packages: /^$/ },
  'tasks/lib/net': { folders: ['errors.ts'], packages: /^(node:|ipaddr\.js$)/ },
  'tasks/lib/topology': { folders: ['net', 'errors.ts'], packages: /^(node:|valibot$|yaml$)/ },
  'tasks/lib/reach': {
    folders: ['net', 'errors.ts', 'markdown.ts', 'topology'],
    packages: /^node:/,
  },
  'tasks/lib/gate': {
    folders: ['net', 'errors.ts', 'markdown.ts', 'topology', 'reach'],
    packages: /^(node:|valibot$|yaml$)/,
  },
  ...Object.fromEntries(
    ['dns', 'deploy'].map((domain) => [
      `tasks/lib/${domain}`,
      {
        folders: ['net', 'errors.ts', 'markdown.ts', 'topology'],
        packages: /^(node:|valibot$|yaml$)/,
      },
    ]),
  ),
  'tasks/lib/oci': { folders: ['net', 'errors.ts', 'topology'], packages: /^(node:|tar-stream$)/ },
  'tasks/lib/azure': {
    folders: ['net', 'errors.ts', 'topology', 'dns', 'oci', 'deploy', 'gate', 'reach', 'host'],
    packages: /^(node:|@azure\/|valibot$)/,
  },
  'tasks/lib/bicep': { folders: ['net', 'errors.ts', 'deploy'], packages: /^(node:|bicep-node$)/ },
  'tasks/lib/host': {
    folders: ['net', 'errors.ts', 'topology', 'gate', 'azure'],
    packages: /^(node:|azure-pipelines-task-lib(\/|$)|yaml$)/,
  },
};

const taskLayer = { folders: ['*lib*'], packages: /^node:/ };

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^(?:import|export)\s[^;]*?from\s+'([^']+)'|import\('([^']+)'\)/gm)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
}

function layerOf(file: string): string | undefined {
  return Object.keys(layers).find((layer) => file === layer || file.startsWith(`${layer}/`));
}

/** Why one import of a file under tasks/ breaks the order of layers; undefined if it does not. */
function breach(file: string, specifier: string): string | undefined {
  const layer = layerOf(file);
  const allowed = layer === undefined ? taskLayer : layers[layer];
  if (allowed === undefined) return `${file} belongs to no layer`;
  if (!specifier.startsWith('.')) {
    return allowed.packages.test(specifier) ? undefined : `${file} imports package ${specifier}`;
  }
  const target = relative('.', join(dirname(file), specifier));
  const own = layer ?? dirname(file);
  if (target === own || target.startsWith(`${own}/`)) return undefined;
  const inLib = /^tasks\/lib\/([^/]+)/.exec(target)?.[1];
  const ok = inLib !== undefined && (layer === undefined || allowed.folders.includes(inLib));
  return ok ? undefined : `${file} imports ${target}`;
}

describe('structure', () => {
  it('tasks/ imports downwards only, and no task imports another', () => {
    const files = sources('tasks');
    assert.ok(files.length > 20);
    const breaches = files.flatMap((f) => importsOf(f).map((s) => breach(f, s)));
    assert.deepEqual(
      breaches.filter((b) => b !== undefined),
      [],
    );
  });

  it('the sandbox and the tasks know nothing of each other', () => {
    const crossing = [
      ...sources('sandbox').filter((f) => importsOf(f).some((s) => /(^|\/)tasks\//.test(s))),
      ...sources('tasks').filter((f) => importsOf(f).some((s) => /(^|\/)sandbox\//.test(s))),
    ];
    assert.deepEqual(crossing, []);
  });

  it('the domain reads neither the environment nor the process', () => {
    const domain = /^tasks\/lib\/(dns|oci|deploy|gate|reach|topology|net)\//;
    const readers = sources('tasks').filter(
      (f) => domain.test(f) && /\bprocess\.(env|argv|cwd|exit)/.test(readFileSync(f, 'utf8')),
    );
    assert.deepEqual(readers, []);
  });

  it('no file is called utils, none exports everything or a default', () => {
    const files = [...sources('tasks'), ...sources('sandbox')];
    const wrong = files.filter(
      (f) =>
        /(^|\/)(utils?|helpers?|common)\.ts$/.test(f) ||
        /^export (\*|default)/m.test(readFileSync(f, 'utf8')),
    );
    assert.deepEqual(wrong, []);
  });
});

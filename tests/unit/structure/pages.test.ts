import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parse } from 'yaml';

interface Input {
  readonly name: string;
  readonly required: boolean;
  readonly options?: Readonly<Record<string, string>>;
}
type Node = Readonly<Record<string, unknown>>;

const below = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file));
const pages = [...readdirSync('.'), ...below('docs'), ...below('templates')].filter((file) =>
  file.endsWith('.md'),
);

/** The marketplace shows overview.md alone, so that its links are whole. */
const ownSite = /^https:\/\/github\.com\/spokeline\/spokeline\/(?:blob|tree)\/main\//;
const fence = /^```.*?^```$/gms;

const read = (file: string) => readFileSync(file, 'utf8');

/** As GitHub makes them from headings. */
function anchorsOf(file: string): string[] {
  return [
    ...read(file)
      .replaceAll(fence, '')
      .matchAll(/^#+ (.*)$/gm),
  ].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function brokenLinks(page: string): string[] {
  const links = [
    ...read(page)
      .replaceAll(fence, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ];
  return links.flatMap(([, link = '']) => {
    const own = ownSite.test(link);
    if (/^https?:/.test(link) && !own) return [];
    const [path = '', anchor] = link.replace(ownSite, '').split('#');
    const file = path === '' ? page : own ? path : normalize(join(dirname(page), path));
    if (!existsSync(file)) return [link];
    return anchor === undefined || anchorsOf(file).includes(anchor) ? [] : [link];
  });
}

/** Every map in a document that has this key. */
function having(key: string, node: unknown): Node[] {
  if (Array.isArray(node)) return node.flatMap((item) => having(key, item));
  if (typeof node !== 'object' || node === null) return [];
  const own = key in node ? [node as Node] : [];
  return [...own, ...Object.values(node).flatMap((value) => having(key, value))];
}

function stepProblems({ task, inputs }: Node): string[] {
  const [name] = String(task).split('@');
  const file = `tasks/${name}/${name}V1/task.json`;
  if (!existsSync(file)) return [`no task ${String(task)}`];
  const declared = (JSON.parse(read(file)) as { inputs: Input[] }).inputs;
  const given = inputs as Node;
  const unknown = Object.keys(given).filter((key) => !declared.some((one) => one.name === key));
  const wrong = declared.filter(({ name: key, required, options }) =>
    key in given ? options && !(String(given[key]) in options) : required,
  );
  return [...unknown, ...wrong.map((one) => one.name)].map((key) => `${String(task)}: ${key}`);
}

function templateProblems({ extends: used }: Node): string[] {
  const { template, parameters } = used as { template: string; parameters: Node };
  const { parameters: declared } = parse(read(template.replace('@spokeline', ''))) as {
    parameters: { name: string; default?: unknown; values?: unknown[] }[];
  };
  const unknown = Object.keys(parameters).filter(
    (key) => !declared.some(({ name }) => name === key),
  );
  const missing = declared.filter((one) => !(one.name in parameters) && !('default' in one));
  return [...unknown, ...missing.map(({ name }) => name)].map((key) => `${template}: ${key}`);
}

describe('pages', () => {
  for (const page of pages) {
    it(`${page} has links that lead somewhere`, () => {
      assert.deepEqual(brokenLinks(page), []);
    });
  }

  const snippets = pages.flatMap((page) =>
    [...read(page).matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = ''], index) => ({
      title: `${page}, ${index + 1}`,
      document: parse(text) as unknown,
    })),
  );

  it('have snippets with inputs and parameters that there are', () => {
    const problems = snippets.flatMap(({ title, document }) =>
      [
        ...having('task', document).flatMap(stepProblems),
        ...having('extends', document).flatMap(templateProblems),
      ].map((problem) => `${title}: ${problem}`),
    );
    assert.deepEqual(problems, []);
    assert.ok(snippets.some(({ document }) => having('task', document).length > 0));
    assert.ok(snippets.some(({ document }) => having('extends', document).length > 0));
  });

  it('make the image that a release pushes', () => {
    const releases = snippets
      .flatMap(({ document }) => having('extends', document))
      .map((node) => node['extends'] as { template: string; parameters: Node })
      .filter(({ template }) => template.includes('release'));
    assert.ok(releases.length > 0);
    // The template has no way of its own to make an image, and each job may run on another agent.
    for (const { parameters } of releases) {
      assert.ok('imageSteps' in parameters || 'imageLayout' in parameters);
    }
  });
});

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseFile } from './parse-file.ts';
import { PipelineError } from './tree.ts';
import type { Position, SourceFile } from './tree.ts';

/** https://learn.microsoft.com/azure/devops/pipelines/process/templates: at most this many files */
const maximumFiles = 100;

export interface RepositoryOptions {
  /** Folder of the pipeline's own repository. */
  root: string;
  /** `owner/name@ref` -> folder. */
  repositories: Readonly<Record<string, string>>;
}

/** The files that one expansion may read: the pipeline's repository and its repository resources. */
export class Repositories {
  readonly #root: string;
  readonly #folders: Map<string, string>;
  readonly #aliases = new Map<string, string>();
  readonly #files = new Map<string, SourceFile>();

  constructor(options: RepositoryOptions) {
    this.#root = path.resolve(options.root);
    this.#folders = new Map(
      Object.entries(options.repositories).map(([key, folder]) => [
        normal(key),
        path.resolve(folder),
      ]),
    );
  }

  /** Makes `alias` name the repository `name` at `ref`; whether it is there shows at first use. */
  addResource(alias: string, name: string, ref: string | undefined): void {
    this.#aliases.set(alias.toLowerCase(), `${name}@${ref ?? 'refs/heads/main'}`);
  }

  /** The folder of an alias. @throws PipelineError */
  folder(alias: string, at?: Position): string {
    if (alias.toLowerCase() === 'self') return this.#root;
    const key = this.#aliases.get(alias.toLowerCase());
    if (key === undefined) {
      const known = ['self', ...this.#aliases.keys()].join(', ');
      throw new PipelineError(`unknown repository '${alias}'; known: ${known}`, at);
    }
    const folder = this.#folders.get(normal(key));
    if (folder === undefined) {
      throw new PipelineError(`no folder is given for repository '${alias}' (${key})`, at);
    }
    return folder;
  }

  /** Reads the pipeline file itself. @throws PipelineError */
  pipeline(file: string): SourceFile {
    const given = path.resolve(file);
    const inside = path.resolve(this.#root, file);
    const absolute = !existsSync(given) && existsSync(inside) ? inside : given;
    const relative = path.relative(this.#root, absolute);
    if (relative.startsWith('..') || path.isAbsolute(relative)) {
      throw new PipelineError(`${file} is not inside the repository's folder`);
    }
    return this.#read('self', relative.split(path.sep).join('/'), undefined);
  }

  /**
   * Finds the file of a `template:` reference.
   * Relative paths start at the including file, those with another alias at that repository's root.
   */
  template(reference: string, from: SourceFile, at: Position): SourceFile {
    const [, name = '', alias] = /^(.*?)(?:@([^@/\\]+))?$/s.exec(reference.trim()) ?? [];
    const repository = alias ?? from.repository;
    const target = name.replaceAll('\\', '/');
    if (target === '') throw new PipelineError('the name of a template is empty', at);
    const same = repository.toLowerCase() === from.repository.toLowerCase();
    const base = same && !target.startsWith('/') ? path.posix.dirname(from.path) : '';
    const joined = path.posix.join(base, target.replace(/^\/+/, ''));
    if (joined.startsWith('../')) {
      throw new PipelineError(`template '${reference}' is outside its repository`, at);
    }
    return this.#read(repository, joined, at);
  }

  #read(repository: string, file: string, at: Position | undefined): SourceFile {
    const key = `${repository.toLowerCase()}:${file}`;
    const known = this.#files.get(key);
    if (known) return known;
    const absolute = path.join(this.folder(repository, at), file);
    const own = repository.toLowerCase() === 'self';
    const display = own ? file : `${file}@${repository}`;
    if (!existsSync(absolute)) throw new PipelineError(`file '${display}' was not found`, at);
    if (this.#files.size >= maximumFiles) {
      throw new PipelineError(`more than ${String(maximumFiles)} YAML files`, at);
    }
    const root = parseFile(readFileSync(absolute, 'utf8'), display);
    const source: SourceFile = { repository, path: file, display, root };
    this.#files.set(key, source);
    return source;
  }
}

/** Names of repositories ignore letter case; `main` and `refs/heads/main` are one branch. */
function normal(key: string): string {
  const split = key.indexOf('@');
  if (split < 0) return `${key.toLowerCase()}@main`;
  return `${key.slice(0, split).toLowerCase()}@${key.slice(split + 1).replace(/^refs\/heads\//, '')}`;
}

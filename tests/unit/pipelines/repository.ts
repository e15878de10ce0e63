import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { expandPipeline, printPipeline } from '../../../sandbox/pipelines/expand/expand.ts';
import type { ExpandOptions } from '../../../sandbox/pipelines/expand/expand.ts';

/** Texts by path in the repository; one text alone is `pipeline.yml`. */
export type Files = Readonly<Record<string, string>> | string;
export type More = Partial<ExpandOptions>;

/** A folder that stands for a repository. */
export class Repository {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async create(): Promise<Repository> {
    return new Repository(await mkdtemp(path.join(tmpdir(), 'spokeline-expand-')));
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true });
  }

  /** Writes the files and expands `pipeline.yml`. */
  async expand(files: Files, more: More = {}): Promise<unknown> {
    const all = typeof files === 'string' ? { 'pipeline.yml': files } : files;
    for (const [name, text] of Object.entries(all)) {
      await mkdir(path.dirname(path.join(this.root, name)), { recursive: true });
      await writeFile(path.join(this.root, name), text);
    }
    const { root } = this;
    const file = path.join(root, 'pipeline.yml');
    return parse(printPipeline(expandPipeline({ file, root, ...more })));
  }

  /** All scripts of the expanded pipeline, in order. */
  async scripts(files: Files, more: More = {}): Promise<unknown[]> {
    const found: unknown[] = [];
    JSON.stringify(await this.expand(files, more), (key, value: unknown) => {
      if (key === 'script') found.push(value);
      return value;
    });
    return found;
  }
}

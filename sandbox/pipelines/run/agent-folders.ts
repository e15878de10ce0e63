import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AgentFolders } from './job-context.ts';

/** Local agents: each runs one job at a time in folders of its own. */
export class AgentPool {
  readonly #limit: number;
  readonly #free: number[] = [];
  readonly #waiting: ((agent: number) => void)[] = [];
  #made = 0;
  #root: Promise<string> | undefined;

  /** @param limit how many jobs run at once */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Waits for an agent, works with it, and gives it back. The folders are empty at the start. */
  async use<T>(work: (agent: number, folders: AgentFolders) => Promise<T>): Promise<T> {
    const agent = await this.#take();
    try {
      return await work(agent, await this.#prepare(agent));
    } finally {
      const next = this.#waiting.shift();
      if (next) next(agent);
      else this.#free.push(agent);
    }
  }

  /** Removes all folders. */
  async close(): Promise<void> {
    if (this.#root) await rm(await this.#root, { recursive: true, force: true, maxRetries: 3 });
  }

  #take(): Promise<number> {
    const free = this.#free.pop();
    if (free !== undefined) return Promise.resolve(free);
    if (this.#made < this.#limit) return Promise.resolve(++this.#made);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #prepare(agent: number): Promise<AgentFolders> {
    this.#root ??= mkdtemp(path.join(tmpdir(), 'pipeline-agents-'));
    const root = path.join(await this.#root, String(agent));
    const work = path.join(root, '_work');
    const build = path.join(work, '1');
    const folders: AgentFolders = {
      root,
      work,
      build,
      sources: path.join(build, 's'),
      staging: path.join(build, 'a'),
      binaries: path.join(build, 'b'),
      testResults: path.join(build, 'TestResults'),
      temp: path.join(work, '_temp'),
      tools: path.join(work, '_tool'),
    };
    // What an earlier job of this run left is no input of the next one.
    for (const folder of [build, folders.temp]) await rm(folder, { recursive: true, force: true });
    for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
    return folders;
  }
}

import { copyFileSync, cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Attachment, RunResult } from './result.ts';

/** Who hands something over. */
export interface Owner {
  stage: string;
  job: string;
  step: string;
}

type Collected = Pick<
  RunResult,
  'attachments' | 'summaries' | 'artifacts' | 'testResults' | 'tags' | 'outputs'
>;

/** Keeps what the steps of a run hand over: files are copied, as the agent's folders vanish. */
export class Collector {
  readonly out: string;
  readonly collected: Collected = {
    attachments: [],
    summaries: [],
    artifacts: [],
    testResults: [],
    tags: [],
    outputs: {},
  };

  constructor(out: string) {
    this.out = out;
    mkdirSync(path.join(out, 'logs'), { recursive: true });
  }

  /** @throws Error if the file is missing */
  attach(owner: Owner, type: string, name: string, source: string): void {
    const file = this.#copy(path.join('attachments', safe(type)), name, source);
    this.collected.attachments.push({ type, name, file, ...owner });
  }

  summary(owner: Owner, source: string): void {
    const name = path.basename(source);
    const file = this.#copy('summaries', name, source);
    this.collected.summaries.push({ type: 'summary', name, file, ...owner });
  }

  artifact(owner: Owner, name: string, folder: string, source: string): void {
    const target = path.join('artifacts', safe(name), folder);
    if (!existsSync(source)) throw new Error(`'${source}' was not found`);
    if (statSync(source).isDirectory()) {
      cpSync(source, path.join(this.out, target), { recursive: true });
    } else {
      this.#copy(target, path.basename(source), source, true);
    }
    const file = path.posix.join('artifacts', safe(name));
    const known = this.collected.artifacts.some((other) => other.name === name);
    const entry: Attachment = { type: 'artifact', name, file, ...owner };
    if (!known) this.collected.artifacts.push(entry);
  }

  testResults(owner: Owner, title: string, format: string, sources: readonly string[]): void {
    const files = sources.map((source) =>
      this.#copy('test-results', path.basename(source), source),
    );
    this.collected.testResults.push({ title, format, files, ...owner });
  }

  output(stage: string, job: string, name: string, value: string): void {
    const { outputs } = this.collected;
    const jobs = (outputs[stage] ??= {});
    const values = (jobs[job] ??= {});
    values[name] = value;
  }

  #copy(folder: string, name: string, source: string, exact = false): string {
    if (!existsSync(source)) throw new Error(`file '${source}' was not found`);
    const directory = path.join(this.out, folder);
    mkdirSync(directory, { recursive: true });
    const base = safe(name);
    let target = path.join(directory, base);
    for (let i = 2; !exact && existsSync(target); i++) {
      target = path.join(directory, `${String(i)}-${base}`);
    }
    copyFileSync(source, target);
    return path.relative(this.out, target).split(path.sep).join('/');
  }
}

/** A name that cannot lead out of its folder. */
export function safe(name: string): string {
  const word = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^\.+/, '');
  return word === '' ? 'file' : word.slice(0, 120);
}

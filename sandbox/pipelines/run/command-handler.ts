import path from 'node:path';
import type { Owner } from './collector.ts';
import type { JobContext } from './job-context.ts';
import { parseCommand } from './logging-command.ts';
import type { LoggingCommand } from './logging-command.ts';
import { mergeResults } from './result.ts';
import type { Issue, TaskResult } from './result.ts';

/** What a step may do: the task's restrictions and those of the step's `target`. */
export interface Restrictions {
  restricted: boolean;
  /** Each list must allow a name. */
  settable: readonly (readonly string[])[];
}

/** AG: the commands whose source carries the attribute for restricted mode. */
const restrictedCommands = new Set([
  ...['task.logdetail', 'task.logissue', 'task.issue', 'task.complete', 'task.setprogress'],
  ...['task.setsecret', 'task.setvariable', 'task.debug', 'task.settaskvariable'],
  ...['task.prependpath', 'telemetry.publish'],
]);

const areas = new Set([
  ...[
    'task',
    'artifact',
    'build',
    'results',
    'codecoverage',
    'telemetry',
    'release',
    'plugininternal',
  ],
]);

/** Names that belong to the agent and the server. */
const readOnlyName = /^(agent|build|system|pipeline)\./i;

/** Carries out the logging commands of one step and passes everything else on. */
export class CommandHandler {
  readonly issues: Issue[] = [];
  result: TaskResult | undefined;
  /** Why the result is what it is, from task.complete. */
  message = '';
  readonly #context: JobContext;
  readonly #owner: Owner;
  readonly #restrictions: Restrictions;
  readonly #write: (line: string) => void;
  readonly #done: () => void;

  /**
   * @param write takes lines for the log, not masked yet
   * @param done is called for `task.complete done=true`: the process need not be waited for
   */
  constructor(o: {
    context: JobContext;
    owner: Owner;
    restrictions: Restrictions;
    write: (line: string) => void;
    done: () => void;
  }) {
    this.#context = o.context;
    this.#owner = o.owner;
    this.#restrictions = o.restrictions;
    this.#write = o.write;
    this.#done = o.done;
  }

  line(text: string): void {
    const command = parseCommand(text);
    if (command === undefined) {
      this.#write(text);
    } else if (command === 'malformed') {
      this.#write(text);
      this.issue('warning', `'${text}' holds ##vso, but is no legal logging command`);
    } else {
      this.#run(command);
    }
  }

  issue(type: 'error' | 'warning', message: string, more: Partial<Issue> = {}): void {
    this.issues.push({ ...more, type, message: this.#context.masker.mask(message) });
    for (const line of message.split(/\r?\n/)) this.#write(`##[${type}]${line}`);
  }

  fail(message: string): void {
    this.issue('error', message);
    this.result = mergeResults(this.result, 'Failed');
  }

  #run(command: LoggingCommand): void {
    const name = `${command.area}.${command.event}`;
    if (!areas.has(command.area)) {
      this.issue('warning', `there is no logging command area '${command.area}'`);
      return;
    }
    if (this.#restrictions.restricted && !restrictedCommands.has(name)) {
      this.issue('warning', `##vso[${name}] is not allowed in restricted mode and is ignored`);
      return;
    }
    try {
      this.#dispatch(name, command);
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  #dispatch(name: string, command: LoggingCommand): void {
    const { properties, data } = command;
    const { collector, masker, variables } = this.#context;
    switch (name) {
      case 'task.setvariable':
        this.#setVariable(properties, data);
        return;
      case 'task.setsecret':
        if (data !== '') masker.add(data);
        return;
      case 'task.logissue':
      case 'task.issue':
        this.#logIssue(properties, data);
        return;
      case 'task.complete':
        this.#complete(properties, data);
        return;
      case 'task.setprogress': {
        const percent = properties.get('value') ?? '';
        this.#write(`##[progress]${percent === '' ? '' : `${percent}% `}${data}`);
        return;
      }
      case 'task.debug':
        if (variables.get('System.Debug')?.toLowerCase() === 'true') {
          this.#write(`##[debug]${data}`);
        }
        return;
      case 'task.uploadsummary':
        collector.summary(this.#owner, this.#file(data));
        return;
      case 'task.addattachment':
        collector.attach(
          this.#owner,
          required(properties, 'type', name),
          required(properties, 'name', name),
          this.#file(data),
        );
        return;
      case 'task.uploadfile':
        collector.attach(this.#owner, 'log', path.basename(data), this.#file(data));
        return;
      case 'task.prependpath':
        this.#context.prependedPaths.unshift(data);
        return;
      case 'task.settaskvariable':
        // Visible to later executions of the same task instance only, and there are none here.
        if (properties.get('issecret')?.toLowerCase() === 'true') masker.add(data);
        return;
      case 'task.logdetail':
      case 'telemetry.publish':
        return;
      case 'artifact.upload': {
        const artifact = required(properties, 'artifactname', name);
        const folder = properties.get('containerfolder') ?? '';
        const inside = folder === artifact ? '' : folder;
        if (inside.split(/[\\/]/).includes('..'))
          throw new Error(`containerfolder '${folder}' leads out`);
        collector.artifact(this.#owner, artifact, inside, this.#file(data));
        return;
      }
      case 'results.publish':
        this.#publishResults(properties, data);
        return;
      case 'build.addbuildtag':
        if (!collector.collected.tags.includes(data)) collector.collected.tags.push(data);
        return;
      case 'build.updatebuildnumber':
        variables.set('Build.BuildNumber', data, { readonly: true });
        this.#context.renumber(data);
        return;
      default:
        throw new Error(`the logging command ##vso[${name}] is not known here`);
    }
  }

  #setVariable(properties: ReadonlyMap<string, string>, value: string): void {
    const { variables, masker, outputs } = this.#context;
    const variable = required(properties, 'variable', 'task.setvariable');
    const flag = (key: string): boolean => properties.get(key)?.toLowerCase() === 'true';
    const secret = flag('issecret');
    if (secret && /[\r\n]/.test(value) && !variables.get('SYSTEM_UNSAFEALLOWMULTILINESECRET')) {
      throw new Error('Secrets cannot contain multiple lines');
    }
    // Before anything can print it.
    if (secret && value !== '') masker.add(value);
    const denied = this.#restrictions.settable.some((list) => !list.some((p) => glob(p, variable)));
    if (denied) {
      this.issue('warning', `setting the variable '${variable}' is not allowed and is ignored`);
      return;
    }
    const name = flag('isoutput') ? `${this.#owner.step}.${variable}` : variable;
    if (readOnlyName.test(name) || variables.find(name)?.readonly === true) {
      this.issue('warning', `the variable '${name}' is read-only and is not changed`);
      return;
    }
    variables.set(name, value, { secret, readonly: flag('isreadonly') });
    if (flag('isoutput')) {
      outputs.set(name, { value, secret: variables.find(name)?.secret === true });
    }
  }

  #logIssue(properties: ReadonlyMap<string, string>, message: string): void {
    const type = properties.get('type')?.toLowerCase();
    if (type !== 'error' && type !== 'warning') {
      throw new Error(`the type of task.logissue must be error or warning, not '${type ?? ''}'`);
    }
    const more: Partial<Issue> = {};
    const code = properties.get('code');
    const sourcePath = properties.get('sourcepath');
    if (code !== undefined) more.code = code;
    if (sourcePath !== undefined) more.sourcePath = sourcePath;
    for (const [key, property] of [
      ['line', 'linenumber'],
      ['column', 'columnnumber'],
    ] as const) {
      const number = Number(properties.get(property) ?? 'NaN');
      if (Number.isFinite(number)) more[key] = number;
    }
    this.issue(type, message, more);
  }

  #complete(properties: ReadonlyMap<string, string>, message: string): void {
    const word = (properties.get('result') ?? 'succeeded').toLowerCase();
    const results: Record<string, TaskResult> = {
      succeeded: 'Succeeded',
      succeededwithissues: 'SucceededWithIssues',
      failed: 'Failed',
      canceled: 'Canceled',
      cancelled: 'Canceled',
      skipped: 'Skipped',
    };
    const result = results[word];
    if (result === undefined) throw new Error(`'${word}' is no result for task.complete`);
    this.result = mergeResults(this.result, result);
    if (message !== '') this.message = message;
    if (properties.get('done')?.toLowerCase() === 'true') this.#done();
  }

  #publishResults(properties: ReadonlyMap<string, string>, data: string): void {
    const names = (properties.get('resultfiles') ?? data).split(',').filter((n) => n.trim() !== '');
    if (names.length === 0) throw new Error('results.publish names no file');
    const title = properties.get('runtitle') ?? '';
    const format = required(properties, 'type', 'results.publish');
    const files = names.map((name) => this.#file(name.trim()));
    this.#context.collector.testResults(this.#owner, title, format, files);
  }

  #file(name: string): string {
    if (name === '') throw new Error('a logging command names no file');
    return path.resolve(this.#context.folders.sources, name);
  }
}

function required(properties: ReadonlyMap<string, string>, key: string, command: string): string {
  const value = properties.get(key);
  if (value === undefined) throw new Error(`'${key}' is missing in ##vso[${command}]`);
  return value;
}

/** Patterns of `settableVariables`: `*` and `?`, ignoring letter case. */
function glob(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 'i').test(name);
}

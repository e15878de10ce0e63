import type { ExpandOptions } from './expand/expand.ts';

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Arguments {
  command: 'expand' | 'run';
  expand: ExpandOptions;
  /** Only for `run`. */
  out: string | undefined;
  /** Only for `run`: `Name@major` -> folder of the packaged task. */
  tasks: Record<string, string>;
  /** Only for `run`: file with service connections. */
  connections: string | undefined;
  /** Only for `run`: what every step finds in its environment beside the agent's own. */
  environment: Record<string, string>;
}

export const usage = `usage:
  pipeline expand FILE --root DIR [--repo owner/name@ref=DIR]... [--param k=v]... [--var k=v]...
  pipeline run FILE --root DIR [the same] [--out DIR] [--task Name@1=DIR]...
               [--connections FILE] [--env NAME=VALUE]...
  --connections  JSON, a list of { name, id, url, scheme, parameters, data } as an agent gets them
exit codes: 0 succeeded, 1 failed, 2 rejected, 130 cancelled`;

/** @throws UsageError */
export function parseArguments(argv: readonly string[]): Arguments {
  const [command, ...rest] = argv;
  if (command !== 'expand' && command !== 'run') {
    throw new UsageError(command === undefined ? usage : `unknown command '${command}'\n${usage}`);
  }
  let file: string | undefined;
  let root: string | undefined;
  const maps = { repo: table(), param: table(), var: table(), task: table(), env: table() };
  const single: { out?: string; connections?: string } = {};
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? '';
    if (!word.startsWith('--')) {
      if (file !== undefined) throw new UsageError(`unexpected argument '${word}'\n${usage}`);
      file = word;
      continue;
    }
    const { name, value, next } = option(rest, i);
    i = next;
    if (name === 'root') root = value;
    else if (name === 'repo' || name === 'param' || name === 'var') put(maps[name], name, value);
    else if (command === 'run' && (name === 'task' || name === 'env')) put(maps[name], name, value);
    else if (command === 'run' && (name === 'out' || name === 'connections')) single[name] = value;
    else throw new UsageError(`unknown option '--${name}' for ${command}\n${usage}`);
  }
  if (file === undefined) throw new UsageError(`a pipeline file is missing\n${usage}`);
  if (root === undefined) throw new UsageError(`--root is missing\n${usage}`);
  return {
    command,
    expand: {
      file,
      root,
      repositories: Object.fromEntries(maps.repo),
      parameters: Object.fromEntries(maps.param),
      variables: Object.fromEntries(maps.var),
    },
    out: single.out,
    tasks: Object.fromEntries(maps.task),
    connections: single.connections,
    environment: Object.fromEntries(maps.env),
  };
}

function table(): Map<string, string> {
  return new Map();
}

function option(
  argv: readonly string[],
  index: number,
): { name: string; value: string; next: number } {
  const word = argv[index] ?? '';
  const equals = word.indexOf('=');
  if (equals > 0)
    return { name: word.slice(2, equals), value: word.slice(equals + 1), next: index };
  const value = argv[index + 1];
  if (value === undefined) throw new UsageError(`${word} needs a value`);
  return { name: word.slice(2), value, next: index + 1 };
}

function put(map: Map<string, string>, option: string, pair: string): void {
  const equals = pair.indexOf('=');
  if (equals < 1) throw new UsageError(`--${option} wants key=value, not '${pair}'`);
  map.set(pair.slice(0, equals), pair.slice(equals + 1));
}

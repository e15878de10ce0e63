import { writeFileSync } from 'node:fs';
import { compile, compileParams } from './compile.ts';
import type { FoundDiagnostic } from './compile.ts';
import { diagnosticLine } from './diagnostic-line.ts';
import { jsonText } from './json-writer.ts';
import { serve, serveConnection } from './rpc/server.ts';
import { COMPILER_VERSION } from './version.ts';

const USAGE = `Usage:
  bicep --version
  bicep build FILE [--stdout | --outfile FILE]
  bicep build-params FILE [--stdout | --outfile FILE]
  bicep jsonrpc --pipe NAME | --socket PORT | --stdio`;

function fail(message: string): number {
  process.stderr.write(`${message}\n`);
  return 1;
}

interface Output {
  file: string;
  stdout: boolean;
  outfile: string | undefined;
}

function parseOutput(args: readonly string[]): Output | string {
  let file: string | undefined;
  let stdout = false;
  let outfile: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--stdout') stdout = true;
    else if (arg === '--no-restore') continue;
    else if (arg === '--outfile') outfile = args[++i];
    else if (arg.startsWith('--')) return `Unrecognized parameter "${arg}"`;
    else if (file !== undefined) return `Unexpected argument "${arg}"`;
    else file = arg;
  }
  if (file === undefined) return 'The input file path was not specified';
  if (stdout && outfile !== undefined) {
    return 'The --outfile and --stdout parameters cannot both be used';
  }
  return { file, stdout, outfile };
}

type Build = (file: string) => { diagnostics: FoundDiagnostic[]; json: object | undefined };

const builders: Readonly<Record<string, Build>> = {
  build: (file) => {
    const { diagnostics, template } = compile(file);
    return { diagnostics, json: template };
  },
  'build-params': (file) => {
    const { diagnostics, parameters } = compileParams(file, {});
    return { diagnostics, json: parameters };
  },
};

function build(args: readonly string[], run: Build): number {
  const output = parseOutput(args);
  if (typeof output === 'string') return fail(output);
  const { diagnostics, json } = run(output.file);
  for (const found of diagnostics) process.stderr.write(`${diagnosticLine(found)}\n`);
  if (!json) return 1;
  const text = `${jsonText(json)}\n`;
  if (output.stdout) process.stdout.write(text);
  else writeFileSync(output.outfile ?? output.file.replace(/\.bicep(param)?$/, '.json'), text);
  return 0;
}

async function jsonRpc(args: readonly string[]): Promise<number> {
  const [how, where] = args;
  if (how === '--stdio') await serve(process.stdin, process.stdout);
  else if (how === '--pipe' && where !== undefined) await serveConnection(where);
  else if (how === '--socket' && /^\d+$/.test(where ?? '')) await serveConnection(Number(where));
  else return fail(USAGE);
  return 0;
}

/** Runs the command line; the result is the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  const builder = command === undefined ? undefined : builders[command];
  try {
    if (builder) return build(rest, builder);
    switch (command) {
      case '--version':
      case '-v':
        process.stdout.write(`Bicep CLI version ${COMPILER_VERSION} (spokeline-stand-in)\n`);
        return 0;
      case '--help':
      case '-h':
        process.stdout.write(`${USAGE}\n`);
        return 0;
      case 'jsonrpc':
        return await jsonRpc(rest);
      default:
        return fail(USAGE);
    }
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

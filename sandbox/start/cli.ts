/** `npm start`: runs an example in a sandbox of its own. See `usage`. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { coloured } from './colour.ts';
import { exampleNames, findBreak, prepareExample, UsageError } from './example.ts';
import { runExample } from './run-example.ts';
import { comparisonLines, summaryLines } from './summary.ts';

const usage = `usage: npm start [-- EXAMPLE] [-- options]
       npm start -- list             names of the examples

  --break NAME      apply a break of the example; it must fail, so the exit code is 1
  --patch DIR       apply a break from elsewhere: a folder with *.patch and expect.json
  --out DIR         where <example>/report.html goes (default: out)
  --in-namespace    use the addresses of the topology as they are, in a network namespace made for it
  --help

exit codes: 0 every check passed, 1 something failed, 2 wrong arguments, 130 cancelled`;

/** Colours are for people: a pipe or a file gets plain lines, and so does who sets NO_COLOR (https://no-color.org). */
const colours = process.stdout.isTTY && !process.env['NO_COLOR'];

function print(line: string): void {
  console.log(colours ? coloured(line) : line);
}

const defaultExample = 'mission-critical';

async function main(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      break: { type: 'string' },
      patch: { type: 'string' },
      out: { type: 'string', default: 'out' },
      'in-namespace': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (positionals.length > 1)
    throw new UsageError(`One example at a time: ${positionals.join(' ')}`);
  if (positionals[0] === 'list') {
    console.log((await exampleNames()).join('\n'));
    return 0;
  }
  if (values.break !== undefined && values.patch !== undefined) {
    throw new UsageError('Give --break or --patch, not both');
  }
  const name = positionals[0] ?? defaultExample;
  const by =
    values.break === undefined
      ? values.patch === undefined
        ? undefined
        : { folder: values.patch }
      : { name: values.break };
  const broken = by && (await findBreak(name, by));
  const example = await prepareExample(name, broken);
  try {
    const report = await runExample(example, {
      out: values.out,
      inNamespace: values['in-namespace'],
      log: print,
      signal,
    });
    summaryLines(report).forEach(print);
    if (broken) comparisonLines(report.failing, broken.failing).forEach(print);
    console.log(`Report: ${join(values.out, name, 'report.html')}`);
    if (signal.aborted) return 130;
    return report.result === 'passed' ? 0 : 1;
  } finally {
    await rm(example.root, { recursive: true, force: true });
  }
}

const cancel = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => cancel.abort());
}

const portAdvice = [
  ['EADDRINUSE', 'The loopback ports 10443, 10022 and 10053 have to be free.'],
  [
    'EADDRNOTAVAIL',
    'Such an address is local on Linux only, and with --in-namespace in a namespace that has it.',
  ],
] as const;

function fail(error: unknown): void {
  const wrongArguments =
    error instanceof UsageError ||
    (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE'));
  const message = error instanceof Error ? error.message : '';
  const advice = portAdvice.find(([code]) => message.includes(code))?.[1];
  const ofSystem = error instanceof Error && 'syscall' in error;
  console.error(wrongArguments || ofSystem || advice !== undefined ? message : error);
  if (advice !== undefined) console.error(advice);
  process.exitCode = wrongArguments ? 2 : 1;
}

main(process.argv.slice(2), cancel.signal).then((code) => {
  process.exitCode = code;
}, fail);

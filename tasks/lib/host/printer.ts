import type { Log } from './context.ts';
import { commandLine, plainLines, plainText, type CommandProperties } from './commands.ts';
import type { Redactor } from './redactor.ts';

/** The only writer of a task's standard output: masks and cleans text, escapes commands. */
export interface Printer extends Log {
  /** A logging command whose data is text to be shown, so it is cleaned and masked. */
  command(name: string, properties: CommandProperties, text: string): void;
  /** A logging command whose data has to arrive as it is: a secret's or a variable's value. */
  exactCommand(name: string, properties: CommandProperties, data: string): void;
}

/** Properties with words of ours: a secret that happens to be `error` must not break the command. */
const own = new Set(['type', 'result', 'done']);

/** `write` gets whole lines without their end. */
export function createPrinter(write: (line: string) => void, redactor: Redactor): Printer {
  // Twice: control characters inside a secret hide it until they are dropped.
  const clean = (text: string) => redactor.redact(plainText(redactor.redact(text)));
  const lines = (text: string) => plainLines(clean(text));
  let lastPercent: number | undefined;
  const printer: Printer = {
    info: (text) => lines(text).forEach(write),
    warning: (text) => lines(text).forEach((line) => write(`##[warning]${line}`)),
    error: (text) => lines(text).forEach((line) => write(`##[error]${line}`)),
    debug: (text) => lines(text).forEach((line) => write(commandLine('task.debug', {}, line))),
    progress(percent, text) {
      const value = Math.round(Math.min(100, Math.max(0, percent)));
      if (value === lastPercent) return;
      lastPercent = value;
      printer.command('task.setprogress', { value }, text);
    },
    command(name, properties, text) {
      const cleaned: Record<string, string | number | undefined> = {};
      for (const [key, value] of Object.entries(properties)) {
        cleaned[key] = typeof value === 'string' && !own.has(key) ? clean(value) : value;
      }
      write(commandLine(name, cleaned, clean(text)));
    },
    exactCommand: (name, properties, data) => write(commandLine(name, properties, data)),
  };
  return printer;
}

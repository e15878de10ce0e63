import { SpokelineError, errorCodes, type ErrorDetail } from '../errors.ts';
import type { Printer } from './printer.ts';

const bug = 'This is a fault of the task. Please report it with the debug log.';

/** Turns whatever was thrown into the error to report; after a cancel everything is CANCELLED. */
export function reportable(thrown: unknown, cancelled: boolean): SpokelineError {
  if (thrown instanceof SpokelineError && (!cancelled || thrown.code === 'CANCELLED')) {
    return thrown;
  }
  if (cancelled) {
    const abort = thrown instanceof Error && /^(Abort|Timeout)Error$/.test(thrown.name);
    const what = thrown instanceof Error ? thrown.message : String(thrown);
    const details = thrown instanceof SpokelineError ? thrown.details : [];
    return new SpokelineError(
      'CANCELLED',
      abort ? 'The run was cancelled.' : `The run was cancelled while: ${what}`,
      { cause: thrown, details: details.map((detail) => ({ ...detail })) },
    );
  }
  const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new SpokelineError('INTERNAL', what, { cause: thrown, hint: bug });
}

function place(detail: ErrorDetail): string {
  if (detail.file === undefined) return '';
  const at = [detail.file, detail.line, detail.column].filter((part) => part !== undefined);
  return `${at.join(':')}: `;
}

function issue(printer: Printer, code: string, detail: ErrorDetail, text: string): void {
  printer.command(
    'task.logissue',
    {
      type: 'error',
      sourcepath: detail.file,
      linenumber: detail.line,
      columnnumber: detail.column,
      code,
    },
    text,
  );
}

/** Stack traces of the whole chain of causes. */
function stackOf(error: Error): string {
  const own = error.stack ?? String(error);
  if (error.cause === undefined) return own;
  const cause = error.cause instanceof Error ? stackOf(error.cause) : String(error.cause);
  return `${own}\ncaused by ${cause}`;
}

/** Prints the error in full; the caller completes the task with the returned text. */
export function reportFailure(printer: Printer, error: SpokelineError): string {
  const summary = `${error.code}: ${error.message}`;
  // The agent writes an issue into the log as well.
  if (error.details.length === 0) issue(printer, error.code, { message: '' }, summary);
  else printer.error(summary);
  for (const detail of error.details) {
    const code = detail.code ?? error.code;
    const about = detail.target === undefined || detail.message.includes(detail.target);
    const text = about ? detail.message : `${detail.target}: ${detail.message}`;
    issue(printer, code, detail, `${place(detail)}${text}`);
    if (detail.hint !== undefined) printer.info(`  What to do: ${detail.hint}`);
    if (detail.link !== undefined) printer.info(`  ${detail.link}`);
  }
  printer.info(`What to do: ${error.hint ?? errorCodes[error.code].fix}`);
  if (error.correlationId !== undefined) printer.info(`Correlation id: ${error.correlationId}`);
  printer.debug(stackOf(error));
  return summary;
}

import { grant, missingRight } from '../deploy/missing-right.ts';
import { SpokelineError, type ErrorCode, type ErrorDetail } from '../errors.ts';

/** One error as Resource Manager and its providers write it. */
export interface ArmErrorBody {
  readonly code?: string;
  readonly message?: string;
  readonly target?: string;
  readonly details?: readonly ArmErrorBody[];
  readonly innererror?: unknown;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** Finds the error in an answer: `{error: {...}}`, `{code, message}`, or properties.error of an operation. */
export function findArmError(body: unknown, depth = 0): ArmErrorBody | undefined {
  if (!isObject(body) || depth > 5) return undefined;
  const found =
    findArmError(body['error'], depth + 1) ??
    findArmError(body['Error'], depth + 1) ??
    (isObject(body['properties'])
      ? findArmError(body['properties']['error'], depth + 1)
      : undefined);
  if (found) return found;
  const code = text(body['code']) ?? text(body['Code']);
  const message = text(body['message']) ?? text(body['Message']);
  if (code === undefined && message === undefined) return undefined;
  const details = body['details'] ?? body['Details'];
  return {
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    ...(text(body['target']) === undefined ? {} : { target: text(body['target']) }),
    details: Array.isArray(details) ? (details as ArmErrorBody[]) : [],
  };
}

/** Providers wrap the error of another service as JSON inside their message. */
function unwrap(message: string | undefined): ArmErrorBody | undefined {
  if (!message?.startsWith('{')) return undefined;
  try {
    return findArmError(JSON.parse(message));
  } catch {
    return undefined;
  }
}

/**
 * The root causes of an error: its innermost details, each once. An error without details is its own cause.
 */
export function rootCauses(error: ArmErrorBody, depth = 0): ErrorDetail[] {
  const inner = unwrap(error.message);
  const children = [...(inner ? [inner] : []), ...(error.details ?? [])].filter(
    (child) => isObject(child) && findArmError(child) !== undefined,
  );
  if (children.length === 0 || depth > 8) {
    return [
      {
        message: error.message ?? error.code ?? 'no message',
        ...(error.code === undefined ? {} : { code: error.code }),
        ...(error.target === undefined ? {} : { target: error.target }),
      },
    ];
  }
  const causes = children.flatMap((child) => rootCauses(findArmError(child) ?? child, depth + 1));
  const seen = new Set<string>();
  return causes
    .map((cause) =>
      cause.target === undefined && error.target !== undefined
        ? { ...cause, target: error.target }
        : cause,
    )
    .filter((cause) => {
      const key = `${cause.code}|${cause.target}|${cause.message}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}

// Codes of 400 and 403 that mean a state, not a fault of the request.
const conflictCodes = new Set([
  'AnotherOperationInProgress',
  'ScopeLocked',
  'InUseSubnetCannotBeDeleted',
]);
const transientStatus = new Set([408, 429, 500, 502, 503, 504]);

function codeFor(status: number, armCode: string | undefined): ErrorCode {
  if (armCode !== undefined && conflictCodes.has(armCode)) return 'ARM_CONFLICT';
  switch (status) {
    case 401:
      return 'AUTH_FAILED';
    case 403:
      return 'ARM_FORBIDDEN';
    case 404:
      return 'ARM_NOT_FOUND';
    case 409:
      return 'ARM_CONFLICT';
    case 412:
      return 'ARM_PRECONDITION';
    default:
      return 'ARM_REQUEST';
  }
}

/** What was asked, for the message: method and path, without the host and the query. */
export interface ArmFault {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
  /** Raw text, for answers that are not JSON: a proxy's page, for example. */
  readonly bodyText?: string;
  readonly correlationId?: string;
}

/** Turns an answer of Resource Manager that is not a success into the error to throw. */
export function armError(fault: ArmFault): SpokelineError {
  const found = findArmError(fault.body);
  const code = codeFor(fault.status, found?.code);
  const said = found?.message ?? (fault.bodyText ?? '').replace(/\s+/g, ' ').trim().slice(0, 300);
  const causes = found ? rootCauses(found) : [];
  const right =
    code === 'ARM_FORBIDDEN'
      ? causes.map((cause) => missingRight(cause.message)).find((item) => item !== undefined)
      : undefined;
  const message = right
    ? `The identity lacks the action ${right.action} at ${right.scope}.`
    : `${fault.method} ${fault.path} was answered with ${fault.status}` +
      `${found?.code === undefined ? '' : ` ${found.code}`}${said === '' ? '.' : `: ${said}`}`;
  const hint = right ? grant(right) : undefined;
  return new SpokelineError(code, message, {
    details: causes,
    ...(hint === undefined ? {} : { hint }),
    ...(fault.correlationId === undefined ? {} : { correlationId: fault.correlationId }),
    transient: transientStatus.has(fault.status),
  });
}

/** Whether something that was asked for does not exist, or cannot be seen. */
export function isNotFound(error: unknown): boolean {
  return error instanceof SpokelineError && error.code === 'ARM_NOT_FOUND';
}

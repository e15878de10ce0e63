import { SpokelineError, type ErrorDetail } from '../errors.ts';
import { hintFor } from './hints.ts';
import { grant, missingRight } from './missing-right.ts';
import { nextTry, pause, timeIsUp, type Patience } from './patience.ts';
import type { ArmFault, DeploymentPort, DeploymentState, Operation } from './port.ts';
import { asObject } from '../net/json-value.ts';

/** Codes that only say that something below failed. */
const wrappers =
  /^(DeploymentFailed|ResourceDeploymentFailure|InvalidTemplateDeployment|MultipleErrorsOccurred)$/i;

/** A fault whose message is JSON: some resource providers pack their real error into a text. */
function unpacked(fault: ArmFault): ArmFault {
  if (fault.details.length > 0 || !fault.message.trimStart().startsWith('{')) return fault;
  try {
    const inner = readFault(JSON.parse(fault.message));
    return inner === undefined ? fault : { ...fault, details: [inner] };
  } catch {
    return fault;
  }
}

/** Reads an error of ARM out of any JSON: the error itself, or an object with an `error`. */
export function readFault(value: unknown): ArmFault | undefined {
  const outer = asObject(value);
  const given = 'error' in outer ? asObject(outer['error']) : outer;
  const { code, message, target, details, additionalInfo } = given;
  if (typeof code !== 'string' && typeof message !== 'string') return undefined;
  const list = Array.isArray(details) ? (details as unknown[]) : [];
  const info = Array.isArray(additionalInfo) ? (additionalInfo as unknown[]) : [];
  return {
    code: typeof code === 'string' ? code : 'Unknown',
    message: typeof message === 'string' ? message : '',
    ...(typeof target === 'string' && target !== '' ? { target } : {}),
    details: list.map(readFault).filter((d) => d !== undefined),
    additional: info.map(asObject).map((entry) => ({
      type: typeof entry['type'] === 'string' ? entry['type'] : '',
      info: entry['info'],
    })),
  };
}

/** The leaves of a fault: what really went wrong. `resource` is where, if the leaf does not say itself. */
export function flatten(fault: ArmFault, resource?: string): ErrorDetail[] {
  const whole = unpacked(fault);
  // A target may be the name of a property or a resource, which is found only in its resource.
  const inside = whole.target?.startsWith('/') === false ? whole.target : undefined;
  const target = inside === undefined ? (whole.target ?? resource) : (resource ?? inside);
  if (whole.details.length > 0) {
    const below = whole.details.flatMap((detail) => flatten(detail, target));
    // A wrapper with a code of its own may say what its details do not.
    if (below.length > 0) return below;
  }
  const said = inside === undefined || inside === target || whole.message.includes(inside);
  const notes = [...(said ? [] : [inside]), ...policies(whole)];
  const message = notes.length === 0 ? whole.message : `${whole.message} (${notes.join('; ')})`;
  return [{ code: whole.code, message, ...(target === undefined ? {} : { target }) }];
}

/** Names of the policies that refused a resource, which the message leaves out. */
function policies(fault: ArmFault): string[] {
  return fault.additional
    .filter(({ type }) => type === 'PolicyViolation')
    .map(({ info }) => asObject(info))
    .map((info) => {
      const name = info['policyAssignmentDisplayName'] ?? info['policyAssignmentName'];
      return typeof name === 'string' ? `policy assignment ${name}` : '';
    })
    .filter((text) => text !== '');
}

/** How often the operations of a nested deployment are asked for: without them only its own word is left. */
const asks = 4;

/**
 * Root causes of failed operations, each with its resource; operations of nested deployments are asked
 * for, since the outer ones only say that a nested one failed.
 */
export async function rootCauses(
  port: Pick<DeploymentPort, 'operations'>,
  operations: readonly Operation[],
  patience: Patience,
  depth = 0,
): Promise<ErrorDetail[]> {
  const found: ErrorDetail[] = [];
  for (const operation of operations) {
    if (operation.state !== 'Failed') continue;
    const { target, fault } = operation;
    const nested = target !== undefined && /^Microsoft\.Resources\/deployments$/i.test(target.type);
    if (nested && depth < 5) {
      const inner = await nestedOperations(port, target.id, patience);
      if (inner !== undefined) {
        const below = await rootCauses(port, inner, patience, depth + 1);
        found.push(...below);
        if (below.length > 0) continue;
      }
    }
    if (fault !== undefined) found.push(...flatten(fault, target?.id));
  }
  return unique(found);
}

/** Undefined when they cannot be had: what the outer operation says has to do then. */
async function nestedOperations(
  port: Pick<DeploymentPort, 'operations'>,
  id: string,
  patience: Patience,
): Promise<readonly Operation[] | undefined> {
  try {
    for (let ask = 1; ; ask += 1) {
      const answer = await port.operations(patience.signal, id);
      if (answer.kind === 'value') return answer.value;
      if (ask === asks || timeIsUp(patience)) return undefined;
      await pause(patience, nextTry(ask - 1, answer.retryAfterMs, patience.random));
    }
  } catch (error) {
    patience.signal.throwIfAborted();
    if (error instanceof SpokelineError) return undefined;
    throw error;
  }
}

function unique(details: readonly ErrorDetail[]): ErrorDetail[] {
  const byText = new Map(
    details.map((d) => [`${d.code}|${d.message}|${d.target?.toLowerCase()}`, d]),
  );
  return [...byText.values()];
}

/** The error of a deployment that ended in any state but Succeeded. */
export async function deploymentFailure(
  port: DeploymentPort,
  state: DeploymentState,
  operations: readonly Operation[],
  patience: Patience,
): Promise<SpokelineError> {
  const told = [
    await rootCauses(port, operations, patience),
    state.fault === undefined ? [] : flatten(state.fault),
  ];
  const details =
    told.map((list) => list.filter(({ code = '' }) => !wrappers.test(code))).find(isFilled) ??
    told.find(isFilled) ??
    [];
  const cancelled = state.state === 'Canceled';
  const summary = cancelled
    ? 'The deployment was cancelled in Azure.'
    : `The deployment failed with ${details.length === 1 ? 'one root cause' : `${details.length} root causes`}.`;
  return new SpokelineError('ARM_DEPLOYMENT', summary, {
    details: explained(details, port),
    ...(port.portalLink === undefined ? {} : { hint: `See ${port.portalLink}` }),
    ...(state.correlationId === undefined ? {} : { correlationId: state.correlationId }),
  });
}

function isFilled(list: readonly ErrorDetail[]): boolean {
  return list.length > 0;
}

/** Root causes with what to do about each, and the page of the resource. */
function explained(
  details: readonly ErrorDetail[],
  port: Pick<DeploymentPort, 'linkTo'>,
): ErrorDetail[] {
  return details.map((detail) => {
    const known = hintFor(detail);
    const right = missingRight(detail.message);
    const hint = right === undefined ? known?.hint : grant(right);
    const link = detail.target === undefined ? undefined : port.linkTo(detail.target);
    return {
      ...detail,
      ...(hint === undefined ? {} : { hint: `${hint} ${known?.source ?? ''}`.trimEnd() }),
      ...(link === undefined ? {} : { link }),
    };
  });
}

/** The error of a deployment that ARM's validation refused: for a missing right, or for its template. */
export function validationFailure(
  fault: ArmFault,
  port?: Pick<DeploymentPort, 'linkTo'>,
): SpokelineError {
  return refusal(flatten(fault), port);
}

/** The same for root causes that are known already; `error` is where they come from. */
export function refusal(
  causes: readonly ErrorDetail[],
  port: Pick<DeploymentPort, 'linkTo'> = { linkTo: () => undefined },
  error?: SpokelineError,
): SpokelineError {
  const details = explained(causes, port);
  const rights = details.map(({ code, message }) =>
    /^(?:Linked)?AuthorizationFailed$/.test(code ?? '') ? missingRight(message) : undefined,
  );
  const [right] = rights;
  const forbidden = right !== undefined && rights.every((each) => each !== undefined);
  return new SpokelineError(
    forbidden ? 'ARM_FORBIDDEN' : 'TEMPLATE_INVALID',
    forbidden
      ? `The identity lacks the action ${right.action} at ${right.scope}; nothing was deployed.`
      : 'Azure refused the deployment; nothing was deployed.',
    {
      details,
      ...(forbidden ? { hint: grant(right) } : {}),
      ...(error?.correlationId === undefined ? {} : { correlationId: error.correlationId }),
      cause: error,
    },
  );
}

/** The `error` object of every refused request and failed operation. */
export interface ArmErrorBody {
  code: string;
  message: string;
  target?: string;
  details?: ArmErrorBody[];
  additionalInfo?: { type: string; info: unknown }[];
}

/** A refusal, with the HTTP status that a direct request gets. */
export class ArmError extends Error {
  override readonly name = 'ArmError';
  readonly status: number;
  readonly body: ArmErrorBody;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      target?: string;
      details?: ArmErrorBody[];
      headers?: Record<string, string>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.body = { code, message };
    if (more.target !== undefined) this.body.target = more.target;
    if (more.details !== undefined) this.body.details = more.details;
    this.headers = more.headers ?? {};
  }
}

export function notFound(type: string, name: string, resourceGroup: string | undefined): ArmError {
  const where = resourceGroup === undefined ? '' : ` under resource group '${resourceGroup}'`;
  return new ArmError(
    404,
    'ResourceNotFound',
    `The Resource '${type}/${name}'${where} was not found. ` +
      'For more details please go to https://aka.ms/ARMResourceNotFoundFix',
  );
}

export function groupNotFound(name: string): ArmError {
  return new ArmError(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`);
}

export function parentNotFound(parentName: string): ArmError {
  return new ArmError(
    404,
    'ParentResourceNotFound',
    'Can not perform requested operation on nested resource. ' +
      `Parent resource '${parentName}' not found.`,
  );
}

/** A property names a resource that is not there, or that is in another region. */
export function invalidReference(referenced: string, by: string): ArmError {
  return new ArmError(
    400,
    'InvalidResourceReference',
    `Resource ${referenced} referenced by resource ${by} was not found. Please make sure that the ` +
      'referenced resource exists, and that both resources are in the same region.',
  );
}

export function badRequest(message: string): ArmError {
  return new ArmError(400, 'BadRequest', message);
}

export function conflict(message: string): ArmError {
  return new ArmError(409, 'Conflict', message);
}

/** A body that does not have the shape that the type asks for; the message names the path. */
export function invalidContent(reason: string): ArmError {
  return new ArmError(
    400,
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: '${reason}'.`,
  );
}

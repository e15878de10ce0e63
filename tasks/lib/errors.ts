/** Where and what, one line of a failure: a root cause of a deployment, an input, a line of a document. */
export interface ErrorDetail {
  readonly message: string;
  /** Code of the service or of this check, for example `SkuNotAvailable`. */
  readonly code?: string;
  /** What it is about: an input's name, a resource id, a check id. */
  readonly target?: string;
  readonly file?: string;
  /** One-based. */
  readonly line?: number;
  /** One-based. */
  readonly column?: number;
  /** What to do about this one, with the page that says so. */
  readonly hint?: string;
  /** Web page of what it is about. */
  readonly link?: string;
}

/**
 * Every code a task can fail with, its cause and what to do. Codes are stable: users search for them and
 * match on them. The table of docs/errors.md is generated from this one.
 */
export const errorCodes = {
  INPUT_INVALID: {
    cause: 'One or more inputs of the task are missing or not allowed.',
    fix: 'Correct the inputs named in the message; all problems are listed at once.',
  },
  TOPOLOGY_INVALID: {
    cause: 'The topology document or an overlay breaks its schema or its address plan.',
    fix: 'Go to the named file, line and column; the message says what is allowed.',
  },
  GATES_INVALID: {
    cause: 'The gates document breaks its schema or names something that does not exist.',
    fix: 'Go to the named file, line and column; the message says what is allowed.',
  },
  CONNECTION_INVALID: {
    cause: 'The service connection lacks a field or has a kind that is not supported.',
    fix: 'Use an Azure Resource Manager connection with workload identity federation, a secret, a certificate or a managed identity.',
  },
  AUTH_FAILED: {
    cause: 'No token could be had from the sign-in service of the connection.',
    fix: "Check tenant, client id, federated credential (issuer, subject) and the agent's way to the authority.",
  },
  ARM_FORBIDDEN: {
    cause: 'The identity of the connection lacks a right.',
    fix: 'Give it the action named in the message, at the scope named there.',
  },
  ARM_NOT_FOUND: {
    cause: 'A resource, resource group or subscription does not exist or cannot be seen.',
    fix: 'Check the id in the message and the subscription of the connection.',
  },
  ARM_CONFLICT: {
    cause: 'Azure is busy with the resource, or its state forbids the change.',
    fix: 'Wait for the other operation, or resolve the state named in the message, then run again.',
  },
  ARM_PRECONDITION: {
    cause: 'Somebody else changed the resource between our read and our write.',
    fix: 'Run again: the plan is made anew from the present state.',
  },
  ARM_REQUEST: {
    cause: 'Azure refused a request or could not be reached.',
    fix: 'See code and message of the service; the correlation id helps its support.',
  },
  ARM_DEPLOYMENT: {
    cause: 'A deployment failed.',
    fix: 'Each root cause is listed with its resource; mend it and run again.',
  },
  WHAT_IF_REFUSED: {
    cause: 'What-if predicts a change that the input failOn forbids; nothing was deployed.',
    fix: 'Mend the template, or let the change through by a rule in ignoreChanges.',
  },
  RETIRE_REFUSED: {
    cause:
      'A stamp may not be deleted (yet): traffic, names, locks, running deployments or others in its resource group are in the way.',
    fix: 'Each obstacle is listed with what to do; nothing was deleted.',
  },
  DEPLOYMENT_ACTIVE: {
    cause:
      'Another deployment of the same name and other content runs, or took the name before the end was seen.',
    fix: 'Wait for its end with whenActive: wait, cancel it, or choose another deploymentName.',
  },
  BICEP_NOT_FOUND: {
    cause: 'No Bicep CLI was found, and downloading was not allowed.',
    fix: 'Put bicep on the PATH, give bicepPath, or set bicepDownload to true.',
  },
  BICEP_CHECKSUM: {
    cause: 'The Bicep CLI is not the one that bicepChecksum names; it was not run.',
    fix: 'Compare with the SHA-256 of the release; the checksum differs for each version and platform.',
  },
  BICEP_COMPILE: {
    cause: 'The Bicep file has errors.',
    fix: 'Each error is listed with file, line and column.',
  },
  BICEP_FAILED: {
    cause: 'The Bicep CLI could not be started, is too old, or broke off.',
    fix: 'Run `bicep --version` on the agent; 0.25.3 is the oldest that works.',
  },
  TEMPLATE_INVALID: {
    cause: 'The ARM template or its parameters are not valid.',
    fix: 'See the message; nothing was deployed.',
  },
  DNS_CONFLICT: {
    cause:
      'A record that has to be written belongs to another stamp, to a zone group, or to nobody.',
    fix: "Remove or rename the record named in the message; it is never overwritten. If it is nobody's and right as it is, set adopt to true.",
  },
  DNS_ZONE_MISSING: {
    cause: 'A private endpoint needs a private DNS zone that does not exist in the hub.',
    fix: 'Create the zone named in the message in the resource group of zones.',
  },
  DNS_ENDPOINT_PENDING: {
    cause: 'A private endpoint is not approved, or has no address yet.',
    fix: 'Approve the connection on the target resource, then run again.',
  },
  CONNECTION_NOT_APPROVED: {
    cause:
      'A private endpoint connection that the topology accepts did not come in time, or was turned down.',
    fix: 'See which one and its state; a rejected endpoint has to be made again before it can be approved.',
  },
  DNS_UNSUPPORTED: {
    cause: 'The zone of this resource type and group id is not known in this cloud.',
    fix: 'Name the zone in the input zones; the message gives the line.',
  },
  DNS_LIMIT: {
    cause: 'The plan needs more record sets, records or links than Azure allows.',
    fix: 'The message names the zone, set or network and the limit; nothing was written.',
  },
  DNS_ZONE_GROUP: {
    cause: 'The zone group of a private endpoint does not register what the endpoint needs.',
    fix: 'Correct the zone group named in the message, or the policy that makes it; it is not fought over.',
  },
  DNS_VERIFY_FAILED: {
    cause: 'A record does not resolve as it should from this agent.',
    fix: 'The message says which resolver answered what, and which zone or link is missing.',
  },
  REGISTRY_NOT_PRIVATE: {
    cause:
      'The registry does not resolve into the declared networks from this agent; nothing was sent.',
    fix: 'The message gives the answer chain; link the zone or register the record it names.',
  },
  REGISTRY_AUTH: {
    cause: 'The registry did not accept the identity.',
    fix: 'Give the identity AcrPush on the registry, and check that it accepts Entra tokens.',
  },
  REGISTRY_REQUEST: {
    cause: 'The registry refused a request or broke off.',
    fix: 'See its code and message; a 403 that names an IP address means the public path was used.',
  },
  REGISTRY_TAG_EXISTS: {
    cause: 'A tag names another image already, and the push was told not to move tags.',
    fix: 'Push under a tag of its own, or set immutable to false.',
  },
  REGISTRY_REPLICA: {
    cause: 'A layer could not be pulled back through the data endpoint of a replica.',
    fix: 'The message names the endpoint and how it answered; nodes of that region would fail the same way.',
  },
  IMAGE_INVALID: {
    cause: 'The source of the image is no image, or breaks the OCI or docker format.',
    fix: 'Build it again; each problem is listed with the file or manifest that it is about.',
  },
  IMAGE_DIGEST_MISMATCH: {
    cause: 'Content does not have the digest that is stated for it.',
    fix: 'Build the source again; the blob was not committed to the registry.',
  },
  IMAGE_CONTENT_MISSING: {
    cause: 'The source lacks a file, manifest or blob that the image names.',
    fix: 'Export the whole image again, or only the platforms that are there (platform).',
  },
  IMAGE_MEDIA_TYPE: {
    cause: 'A manifest, configuration or layer has a media type that cannot be pushed.',
    fix: 'Build the image in the OCI or docker (schema 2) format, without foreign layers.',
  },
  IMAGE_ALGORITHM: {
    cause: 'A digest is made with an algorithm that is not supported.',
    fix: 'Build the image with sha256 digests; registries know no other for certain.',
  },
  IMAGE_TOO_LARGE: {
    cause:
      'A manifest or another document of the image is larger than registries take, or nested too deep.',
    fix: 'A manifest may have 4 MiB, all manifests of an image 32 MiB; put data into layers.',
  },
  IMAGE_PLATFORM_MISSING: {
    cause: 'The image has no variant for a platform that was asked for.',
    fix: 'See the platforms listed in the message, and correct the input platform.',
  },
  IMAGE_ARCHIVE_DAMAGED: {
    cause: 'The archive is cut short or damaged.',
    fix: 'Make it or download it again; nothing was sent.',
  },
  IMAGE_ARCHIVE_UNSAFE: {
    cause:
      'The archive has entries that no image needs: paths out of it, devices, duplicates, circles of links.',
    fix: 'Do not trust it; make the archive again with a known tool. Nothing was unpacked or sent.',
  },
  IMAGE_ARCHIVE_BOMB: {
    cause: 'The compressed archive unpacks to far more than such an archive holds.',
    fix: 'If it is right, unpack it with gunzip and give the tar archive: that is read in place.',
  },
  IMAGE_NO_SPACE: {
    cause: "The agent's temporary folder has no room for the unpacked archive.",
    fix: 'Free space, or give the archive uncompressed: that is read in place.',
  },
  GATE_FAILED: {
    cause: 'A network check failed, so the gate holds the release.',
    fix: 'Each failed check has its expected and observed state and a hint.',
  },
  GATE_UNKNOWN: {
    cause: 'A network check could not look, so the gate cannot vouch for the network.',
    fix: 'Give the missing right or route named in the check, or set onUnknown to pass.',
  },
  GATE_TARGET_FORBIDDEN: {
    cause: 'A check names a target outside the declared networks, or a platform address.',
    fix: 'Probe only declared networks; platform addresses are never probed.',
  },
  TIMEOUT: {
    cause: 'The time given to the task ran out.',
    fix: 'See what it was waiting for; raise the timeout only if that is slow by nature.',
  },
  CANCELLED: {
    cause: 'The run was cancelled.',
    fix: 'The message says what was left in Azure.',
  },
  INTERNAL: {
    cause: 'A fault of the task itself.',
    fix: 'Please report it with the debug log.',
  },
} as const satisfies Record<string, { cause: string; fix: string }>;

export type ErrorCode = keyof typeof errorCodes;

export interface ErrorInfo {
  /** What to do, in the estate's words; printed after the message. */
  readonly hint?: string;
  readonly details?: readonly ErrorDetail[];
  readonly correlationId?: string;
  /** Whether the same call may succeed when made again. */
  readonly transient?: boolean;
  readonly cause?: unknown;
}

/** The one error class of the tasks. Only `runTask` catches it for good. */
export class SpokelineError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: readonly ErrorDetail[];
  readonly correlationId: string | undefined;
  readonly transient: boolean;

  constructor(code: ErrorCode, message: string, info: ErrorInfo = {}) {
    super(message, { cause: info.cause });
    this.name = 'SpokelineError';
    this.code = code;
    this.hint = info.hint;
    this.details = info.details ?? [];
    this.correlationId = info.correlationId;
    this.transient = info.transient ?? false;
  }
}

import { SpokelineError } from '../errors.ts';
import type { ServiceConnection } from './connection.ts';

// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
const hints: Readonly<Record<string, string>> = {
  AADSTS50034:
    "The identity does not exist in this tenant; check the connection's client id and tenant.",
  AADSTS53003:
    'A conditional access policy blocks the sign-in; except this workload identity or allow the address of the agent.',
  AADSTS65001: 'The application lacks consent for this API.',
  AADSTS500011: 'The API is not known in this tenant; check the cloud of the connection.',
  AADSTS70021:
    "No federated credential matches; compare issuer and subject of the connection with the application's federated credential.",
  AADSTS700016:
    "The application is not in this tenant; check the connection's client id and tenant.",
  AADSTS700023: 'The sign-in service is not the one that the connection names; check its cloud.',
  AADSTS700024: 'The assertion was expired; check the clock of the agent.',
  AADSTS700027:
    'The assertion has a wrong signature: check the issuer of the federated credential, or that the certificate of the connection is one of the application.',
  AADSTS700211:
    "No federated credential has this issuer; the connection's issuer has to be in the application's federated credential.",
  AADSTS700212:
    'No federated credential has this audience; it has to be api://AzureADTokenExchange.',
  AADSTS700213:
    "No federated credential has this subject; copy the connection's subject into the application's federated credential.",
  AADSTS7000215: 'The client secret is wrong: the value is needed, not the id of the secret.',
  AADSTS7000222:
    'The client secret is expired: make a new one, or move to workload identity federation.',
  AADSTS7000229: 'The application has no service principal in this tenant.',
  AADSTS1000502:
    'The certificate is expired or not valid yet: make a new one, or move to workload identity federation.',
  AADSTS90002: 'The tenant does not exist in this cloud; check tenant and cloud of the connection.',
};

/** The messages of an error and its causes, and of the errors inside an aggregate. */
function messages(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  return [error.message, ...inner.flatMap((item: unknown) => messages(item, depth + 1))];
}

function spokelineIn(error: unknown, depth = 0): SpokelineError | undefined {
  if (error instanceof SpokelineError) return error;
  return error instanceof Error && depth < 5 ? spokelineIn(error.cause, depth + 1) : undefined;
}

/** Turns what a sign-in throws into AUTH_FAILED with the service's code and what to do. */
export function signInError(connection: ServiceConnection, error: unknown): SpokelineError {
  const own = spokelineIn(error);
  if (own) return own;
  const said = messages(error).join(' ');
  const code = /AADSTS\d+/.exec(said)?.[0];
  const correlationId = /Correlation ID:\s*([0-9a-f-]{36})/i.exec(said)?.[1];
  // Ids and times follow the service's sentence.
  const sentence = /AADSTS\d+:\s*([^\r\n]*?)(?=\s*(?:Trace ID|Timestamp|$|[\r\n]))/.exec(said)?.[1];
  const host = new URL(connection.authorityUrl).host;
  const first = said.split(/\r?\n/)[0]?.trim() ?? 'no message';
  const what = code === undefined ? first : `${code}: ${sentence ?? first}`;
  const hint =
    code === undefined
      ? `Check that this agent reaches ${host} (name resolution, firewall, proxy, certificates).`
      : hints[code];
  if (connection.scheme === 'ManagedServiceIdentity') return identityError(connection, error, what);
  return new SpokelineError(
    'AUTH_FAILED',
    `Signing in at ${host} as ${connection.clientId} in tenant ${connection.tenantId} failed: ${what}`,
    {
      cause: error,
      transient: code === undefined,
      ...(hint === undefined ? {} : { hint }),
      ...(correlationId === undefined ? {} : { correlationId }),
      details: [{ message: what, ...(code === undefined ? {} : { code }) }],
    },
  );
}

/** The endpoint that gives tokens is on the agent's own machine; the tenant's sign-in service is not asked. */
function identityError(
  { clientId }: ServiceConnection,
  error: unknown,
  what: string,
): SpokelineError {
  const who = clientId === undefined ? 'system-assigned' : `of client id ${clientId}`;
  // IMDS says so for an identity that the machine does not have.
  const unknown = /identity not found/i.test(what);
  return new SpokelineError('AUTH_FAILED', `The managed identity (${who}) gave no token: ${what}`, {
    cause: error,
    transient: !unknown,
    hint: unknown
      ? 'Assign the identity to the machine or scale set of the agent, and check the client id of the connection.'
      : 'A managed identity works on agents that run in Azure only, where nothing blocks 169.254.169.254.',
  });
}

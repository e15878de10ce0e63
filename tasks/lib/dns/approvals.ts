import type { AcceptedConnection } from '../topology/model.ts';
import { sameId } from '../net/same-id.ts';

/** A private endpoint connection, as the service at its end shows it. */
export interface LinkConnection {
  readonly id: string;
  /** Type and name of the service: `Microsoft.KeyVault/vaults/kv-weu`. */
  readonly service: string;
  readonly endpointId: string;
  /** `Pending`, `Approved`, `Rejected`, `Disconnected`. */
  readonly status: string;
  /** The request's message, until the owner writes another one. */
  readonly message: string;
}

/** What the declarations say of the connections that are there. */
export interface ApprovalPlan {
  /** Pending and declared. */
  readonly approve: readonly LinkConnection[];
  /** Pending, and nobody declared them: left alone. */
  readonly undeclared: readonly LinkConnection[];
  /** Declarations whose service is not there, or which wait for one certain connection in vain. */
  readonly unmet: readonly { readonly accepted: AcceptedConnection; readonly why: string }[];
}

/**
 * Compares declarations with connections. Pure.
 *
 * @param services type and name of each service whose connections were read
 */
export function planApprovals(
  accepted: readonly AcceptedConnection[],
  services: readonly string[],
  connections: readonly LinkConnection[],
): ApprovalPlan {
  const pending = connections.filter(({ status }) => status === 'Pending');
  const isDeclared = (connection: LinkConnection): boolean =>
    accepted.some((each) => accepts(each, connection));
  return {
    approve: pending.filter(isDeclared),
    undeclared: pending.filter((connection) => !isDeclared(connection)),
    unmet: accepted.flatMap((each) => {
      const why = reasonUnmet(each, services, connections);
      return why === undefined ? [] : [{ accepted: each, why }];
    }),
  };
}

function reasonUnmet(
  accepted: AcceptedConnection,
  services: readonly string[],
  connections: readonly LinkConnection[],
): string | undefined {
  if (!services.some((service) => sameId(service, accepted.service))) {
    return 'the resource group has no such service, or its connections cannot be read';
  }
  if (!isExpected(accepted)) return undefined;
  const states = connections.filter((each) => accepts(accepted, each)).map(({ status }) => status);
  if (states.includes('Approved') || states.includes('Pending')) return undefined;
  return states.length === 0 ? 'no such connection is there' : `is ${states.join(', ')}`;
}

/** A declaration of a place lets in whatever comes from there; one of an endpoint or a message waits for it. */
function isExpected({ from, message }: AcceptedConnection): boolean {
  return message !== undefined || /\/privateEndpoints\/[^/]+$/i.test(from ?? '');
}

/** A declaration in words. */
export function shownAcceptance({ service, from, message }: AcceptedConnection): string {
  const said = message === undefined ? '' : ` with the message ${JSON.stringify(message)}`;
  return `${service}${from === undefined ? '' : ` from ${from}`}${said}`;
}

function accepts(accepted: AcceptedConnection, connection: LinkConnection): boolean {
  const { service, from, message } = accepted;
  return (
    sameId(service, connection.service) &&
    (from === undefined || isWithin(connection.endpointId, from)) &&
    (message === undefined || message === connection.message)
  );
}

function isWithin(id: string, scope: string): boolean {
  return `${id.toLowerCase()}/`.startsWith(`${scope.toLowerCase().replace(/\/$/, '')}/`);
}

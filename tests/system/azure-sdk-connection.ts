import { ClientSecretCredential } from '@azure/identity';
import type { Sandbox } from '../../sandbox/azure/sandbox.ts';

/** What the management clients need besides a credential and a subscription. */
export interface Connection {
  endpoint: string;
  credentialScopes: string[];
  tlsOptions: { ca: string };
}

/** Everything goes to the sandbox; trust in its certificates is the client's own, not the process's. */
export function connectionOf({ info, authority }: Sandbox): Connection {
  return {
    endpoint: info.arm,
    credentialScopes: [`${info.arm}/.default`],
    tlsOptions: { ca: authority.caPem },
  };
}

/** Entra's client for the sandbox's application. */
export function credentialOf(
  { info, authority }: Sandbox,
  secret = info.clientSecret,
): ClientSecretCredential {
  return new ClientSecretCredential(info.tenantId, info.clientId, secret, {
    authorityHost: info.authority,
    disableInstanceDiscovery: true,
    tlsOptions: { ca: authority.caPem },
  });
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

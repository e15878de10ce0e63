import type { Entra } from './entra.ts';
import { startEntra, type EntraOptions } from './entra.ts';

/** Another tenant, with subscriptions of its own. */
export interface GuestTenant {
  tenantId: string;
  subscriptions: readonly { id: string; name: string }[];
}

/** Starts the identity provider of each further tenant, on an address of its own. */
export async function startGuests(
  guests: readonly GuestTenant[],
  options: Omit<EntraOptions, 'tenantId' | 'port'>,
  closers: (() => Promise<void> | void)[],
): Promise<Entra[]> {
  const started: Entra[] = [];
  for (const { tenantId } of guests) {
    const entra = await startEntra({ ...options, tenantId, port: 0 });
    closers.push(() => entra.close());
    started.push(entra);
  }
  return started;
}

/** Who a token speaks for, in whichever of the tenants it was issued. */
export function verifyAny(
  tenants: readonly Entra[],
  token: string,
  audiences: readonly string[],
): { objectId: string; clientId: string; tenantId: string } | undefined {
  for (const entra of tenants) {
    const identity = entra.verify(token, audiences);
    if (identity !== undefined) return { ...identity, tenantId: entra.tenantId };
  }
  return undefined;
}

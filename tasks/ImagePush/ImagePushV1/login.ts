import type { ServiceConnection } from '../../lib/azure/connection.ts';
import { tokenSource } from '../../lib/azure/credential.ts';
import { isPassword } from '../../lib/azure/registry-connection.ts';
import type { RegistryConnection } from '../../lib/azure/registry-connection.ts';
import { registryLogin, registryScope } from '../../lib/azure/registry-token.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import type { RegistryPath } from '../../lib/oci/failure.ts';
import type { RegistryHttp } from '../../lib/oci/http.ts';
import type { RegistryLogin, TokenHosts } from '../../lib/oci/login.ts';
import { passwordLogin } from '../../lib/oci/password-login.ts';

/** Who signs in; without either, nobody does. */
export interface Identity {
  readonly azureSubscription: ServiceConnection | undefined;
  readonly containerRegistry: RegistryConnection | undefined;
}

/** The login of an identity to one registry. */
export function loginFor(
  { azureSubscription, containerRegistry }: Identity,
  registry: RegistryPath & { readonly http: RegistryHttp },
  tokenHosts: TokenHosts,
  context: TaskContext,
): RegistryLogin {
  const mask = (secret: string): void => context.mask(secret);
  const common = { http: registry.http, path: registry, tokenHosts, mask };
  const now = (): number => context.clock.now();
  if (containerRegistry !== undefined && isPassword(containerRegistry)) {
    const { username, secret: password } = containerRegistry;
    return passwordLogin({ ...common, now, password: { username, password } });
  }
  const entra = azureSubscription ?? containerRegistry;
  if (entra === undefined) return passwordLogin({ ...common, now });
  const tokens = tokenSource(entra);
  // The registry will ask for it; meanwhile it is connected to.
  void tokens.token(registryScope).catch(() => undefined);
  return registryLogin({ ...common, tokens, tenantId: entra.tenantId });
}

import type { Handler } from '../../http/tls-server.ts';
import type { Resource } from '../arm/store.ts';
import type { Entra } from '../entra/entra.ts';
import type { Registries } from './registries.ts';
import { storageHandler } from './storage.ts';
import { vaultHandler } from './key-vault.ts';

/** What answers for a resource at an endpoint that has these names. */
export type Services = (resource: Resource, names: readonly string[]) => Handler;

/** @throws Error, when asked for a handler, for a type of which nothing is known but its address */
export function createServices(o: { entra: Entra; registries: Registries }): Services {
  const { authorityUrl } = o.entra;
  return (resource, names) => {
    switch (resource.type.toLowerCase()) {
      case 'microsoft.keyvault/vaults':
        return vaultHandler(resource, {
          authorityUrl,
          identify: (token, audience) => o.entra.verify(token, [audience]),
        });
      case 'microsoft.storage/storageaccounts':
        return storageHandler(resource, { authorityUrl });
      case 'microsoft.containerregistry/registries': {
        const registry = o.registries.of(resource);
        const login = names.includes(registry.loginServer.toLowerCase());
        return login ? registry.handler : registry.dataHandler(names[0] ?? '');
      }
      default:
        throw new Error(`the sandbox does not know what a ${resource.type} answers`);
    }
  };
}

import { ArmError } from '../errors.ts';
import type { TypeDefinition } from './definition.ts';
import { locks } from './authorization/locks.ts';
import { roleAssignments } from './authorization/role-assignments.ts';
import { roleDefinitions } from './authorization/role-definitions.ts';
import { registries } from './container-registry/registries.ts';
import { replications } from './container-registry/replications.ts';
import { vaults } from './key-vault/vaults.ts';
import { networkInterfaces } from './network/network-interfaces.ts';
import { virtualNetworkPeerings } from './network/peerings.ts';
import { privateEndpoints } from './network/private-endpoints.ts';
import { routeTables, routes } from './network/route-tables.ts';
import { networkSecurityGroups, securityRules } from './network/security-groups.ts';
import { subnets } from './network/subnets.ts';
import { virtualNetworks } from './network/virtual-networks.ts';
import { privateDnsZoneGroups } from './network/zone-groups.ts';
import { virtualNetworkLinks } from './private-dns/links.ts';
import { recordTypes } from './private-dns/records.ts';
import { privateDnsZones } from './private-dns/zones.ts';
import { connectionTypes } from './private-link/connections.ts';
import { privateLinkServices } from './private-link/link-services.ts';
import { storageAccounts } from './storage/accounts.ts';

/** Every type that the sandbox serves. */
export const resourceTypes: readonly TypeDefinition[] = [
  virtualNetworks,
  subnets,
  virtualNetworkPeerings,
  networkSecurityGroups,
  securityRules,
  routeTables,
  routes,
  networkInterfaces,
  privateEndpoints,
  privateDnsZoneGroups,
  privateDnsZones,
  virtualNetworkLinks,
  ...recordTypes,
  vaults,
  storageAccounts,
  registries,
  replications,
  privateLinkServices,
  ...connectionTypes,
  roleAssignments,
  roleDefinitions,
  locks,
];

/** The types of one resource manager. */
export class TypeRegistry {
  readonly #definitions: readonly TypeDefinition[];
  readonly #byType: ReadonlyMap<string, TypeDefinition>;

  constructor(definitions: readonly TypeDefinition[] = resourceTypes) {
    this.#definitions = definitions;
    this.#byType = new Map(definitions.map((known) => [known.type.toLowerCase(), known]));
  }

  /** Types that can be deployed, in canonical spelling. */
  known(): string[] {
    return this.#definitions.map((definition) => definition.type);
  }

  find(type: string): TypeDefinition | undefined {
    return this.#byType.get(type.toLowerCase());
  }

  /** Those whose resources forbid operations on others. */
  forbidding(): { type: string; forbids: NonNullable<TypeDefinition['forbids']> }[] {
    return this.#definitions.flatMap(({ type, forbids }) =>
      forbids === undefined ? [] : [{ type, forbids }],
    );
  }

  /** @throws ArmError InvalidResourceNamespace or InvalidResourceType, naming what the sandbox knows */
  require(type: string): TypeDefinition {
    const definition = this.find(type);
    if (definition !== undefined) return definition;
    const [namespace = '', ...rest] = type.split('/');
    const known = this.known().filter((other) =>
      other.toLowerCase().startsWith(`${namespace.toLowerCase()}/`),
    );
    if (known.length === 0) {
      throw new ArmError(
        404,
        'InvalidResourceNamespace',
        `The resource namespace '${namespace}' is invalid.`,
        { target: type },
      );
    }
    throw new ArmError(
      404,
      'InvalidResourceType',
      `The resource type '${rest.join('/')}' could not be found in the namespace '${namespace}'. ` +
        `The sandbox knows: '${known.join(', ')}'.`,
      { target: type },
    );
  }
}

/** @throws ArmError that lists the versions which the type has */
export function checkVersion(
  definition: TypeDefinition,
  apiVersion: string,
  location: unknown,
): void {
  if (definition.apiVersions.includes(apiVersion)) return;
  const slash = definition.type.indexOf('/');
  const type = definition.type.slice(slash + 1);
  const supported = definition.apiVersions.join(', ');
  if (typeof location === 'string') {
    throw new ArmError(
      400,
      'NoRegisteredProviderFound',
      `No registered resource provider found for location '${location}' and API version '${apiVersion}' ` +
        `for type '${type}'. The supported api-versions are '${supported}'.`,
    );
  }
  throw new ArmError(
    400,
    'InvalidResourceType',
    `The resource type '${type}' could not be found in the namespace ` +
      `'${definition.type.slice(0, slash)}' for api version '${apiVersion}'. ` +
      `The supported api-versions are '${supported}'.`,
  );
}

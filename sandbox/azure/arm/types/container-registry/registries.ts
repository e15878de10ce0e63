import { createHash } from 'node:crypto';
import { ArmError } from '../../errors.ts';
import { nameOf } from '../../ids.ts';
import { asObject, at, sameId, type Json } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';
import { containerRegistry } from '../api-versions.ts';
import type { ActionContext, TypeDefinition, WriteContext, Written } from '../definition.ts';
import { connectionsShown } from '../private-link/connections.ts';
import { replicationType } from '../private-link/services.ts';

const type = 'Microsoft.ContainerRegistry/registries';
const skus = ['Basic', 'Standard', 'Premium'];

/** A container registry: its login server, and a data endpoint a region when dedicated ones are on. */
export const registries: TypeDefinition = {
  type,
  model: 'containerregistry.Registry',
  apiVersions: containerRegistry,
  location: 'regional',
  answer: 'async',
  deletes: 'async',
  busyState: { create: 'Creating', update: 'Updating' },
  patch: 'merge',
  checkName(name) {
    if (/^[a-zA-Z0-9]{5,50}$/.test(name)) return;
    throw new ArmError(
      400,
      'InvalidResourceName',
      `The registry name '${name}' is invalid. A registry name must be between 5-50 alphanumeric characters.`,
    );
  },
  write,
  read: (resource, manager) => ({
    ...resource.properties,
    dataEndpointHostNames: dataHostNames(manager, resource),
    privateEndpointConnections: connectionsShown(manager, resource),
  }),
  actions: {
    listcredentials: { action: `${type}/listCredentials/action`, run: listCredentials },
  },
};

function write({ manager, id, properties, existing, body }: WriteContext): Written {
  const name = nameOf(id);
  const host = `${name.toLowerCase()}.azurecr.io`;
  const taken = manager.store
    .list(type)
    .find((other) => other.name.toLowerCase() === name.toLowerCase() && !sameId(other.id, id.id));
  if (taken !== undefined) {
    throw new ArmError(
      409,
      'AlreadyInUse',
      `The registry DNS name ${host} is already in use. You can check if the name is already claimed using ` +
        'following API: https://docs.microsoft.com/rest/api/containerregistry/registries/checknameavailability',
    );
  }
  const given = String(asObject(body['sku'])['name'] ?? '');
  const sku = skus.find((word) => word.toLowerCase() === given.toLowerCase());
  if (sku === undefined) {
    throw new ArmError(
      400,
      'InvalidSku',
      `The SKU '${given}' of registry ${name} is invalid. Allowed values: ${skus.join(', ')}.`,
    );
  }
  body['sku'] = { name: sku, tier: sku };
  refuseWithoutPremium(sku, properties);
  const connected = manager.store.list(`${type}/privateEndpointConnections`, id.id).length > 0;
  if (sku !== 'Premium' && connected) {
    throw new ArmError(
      400,
      'PrivateEndpointConnectionsExist',
      `The SKU of registry ${name} cannot be changed to ${sku} while it has private endpoint connections.`,
    );
  }
  if (sku !== 'Premium' && manager.store.list(replicationType, id.id).length > 0) {
    throw new ArmError(
      400,
      'ReplicationsExist',
      `The SKU of registry ${name} cannot be changed to ${sku} while it has replications.`,
    );
  }
  return {
    properties: {
      adminUserEnabled: false,
      publicNetworkAccess: 'Enabled',
      networkRuleBypassOptions: 'AzureServices',
      zoneRedundancy: 'Disabled',
      anonymousPullEnabled: false,
      ...properties,
      loginServer: manager.options.loginServer?.(name, sku) ?? host,
      creationDate: existing?.properties['creationDate'] ?? manager.now().toISOString(),
      dataEndpointEnabled: properties['dataEndpointEnabled'] === true,
    },
  };
}

/** One a region, the registry's own first, where dedicated data endpoints are on. */
function dataHostNames(manager: Manager, { id, name, location, properties }: Resource): string[] {
  if (properties['dataEndpointEnabled'] !== true) return [];
  const regions = manager.store.list(replicationType, id).map((replica) => replica.location);
  return [location, ...regions].map(
    (region) => `${name.toLowerCase()}.${region ?? ''}.data.azurecr.io`,
  );
}

/** Resource providers compare words of a fixed set without regard to letter case. */
const says = (value: unknown, word: string): boolean =>
  typeof value === 'string' && value.toLowerCase() === word.toLowerCase();

/** What only a Premium registry has. */
function refuseWithoutPremium(sku: string, properties: Json): void {
  if (sku === 'Premium') return;
  const features: [boolean, string][] = [
    [says(properties['publicNetworkAccess'], 'Disabled'), 'publicNetworkAccess'],
    [properties['dataEndpointEnabled'] === true, 'dataEndpointEnabled'],
    [says(at(properties, 'networkRuleSet.defaultAction'), 'Deny'), 'networkRuleSet'],
    [says(properties['zoneRedundancy'], 'Enabled'), 'zoneRedundancy'],
  ];
  const found = features.find(([used]) => used);
  if (found === undefined) return;
  throw new ArmError(
    400,
    'FeatureNotSupportedForSku',
    `The property '${found[1]}' is only supported for registries in the Premium SKU; this one is ${sku}.`,
  );
}

function listCredentials({ resource }: ActionContext): Json {
  if (resource.properties['adminUserEnabled'] !== true) {
    throw new ArmError(
      400,
      'UnAuthorizedForCredentialOperations',
      `Cannot perform credential operations for ${resource.id} as admin user is disabled. Kindly enable admin user ` +
        'as per docs: https://docs.microsoft.com/en-us/azure/container-registry/container-registry-authentication#admin-account',
    );
  }
  const secret = createHash('sha256').update(resource.id.toLowerCase()).digest('base64url');
  return {
    username: resource.name,
    passwords: ['password', 'password2'].map((name) => ({
      name,
      value: `${secret}${name.at(-1) ?? ''}`,
    })),
  };
}

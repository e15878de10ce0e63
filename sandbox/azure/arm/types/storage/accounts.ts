import { createHash } from 'node:crypto';
import { ArmError } from '../../errors.ts';
import { nameOf } from '../../ids.ts';
import { asObject, at, sameId, type Json } from '../../json.ts';
import type { Resource } from '../../store.ts';
import { storage } from '../api-versions.ts';
import type { ActionContext, TypeDefinition, WriteContext, Written } from '../definition.ts';
import { connectionsShown } from '../private-link/connections.ts';

const type = 'Microsoft.Storage/storageAccounts';

const skus = [
  'Standard_LRS',
  'Standard_GRS',
  'Standard_RAGRS',
  'Standard_ZRS',
  'Premium_LRS',
  'Premium_ZRS',
  'Standard_GZRS',
  'Standard_RAGZRS',
];
const kinds = ['Storage', 'StorageV2', 'BlobStorage', 'FileStorage', 'BlockBlobStorage'];

/** A storage account: a globally unique name and an endpoint a service. */
export const storageAccounts: TypeDefinition = {
  type,
  model: 'storage.StorageAccountCreateParameters',
  apiVersions: storage,
  location: 'regional',
  answer: 'location',
  deletes: 'sync',
  busyState: { create: 'Creating', update: 'Succeeded' },
  patch: 'merge',
  checkName(name) {
    if (/^[a-z0-9]{3,24}$/.test(name)) return;
    throw new ArmError(
      400,
      'AccountNameInvalid',
      `${name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in ` +
        'length and use numbers and lower-case letters only.',
    );
  },
  write,
  read: (resource, manager) => ({
    ...resource.properties,
    privateEndpointConnections: connectionsShown(manager, resource),
  }),
  actions: {
    listkeys: {
      action: `${type}/listKeys/action`,
      run: listKeys,
    },
  },
};

function write({ manager, id, properties, existing, body, location = '' }: WriteContext): Written {
  const name = nameOf(id);
  const taken = manager.store
    .list(type)
    .find((account) => account.name === name && !sameId(account.id, id.id));
  if (taken !== undefined) {
    throw new ArmError(
      409,
      'StorageAccountAlreadyTaken',
      `The storage account named ${name} is already taken.`,
    );
  }
  const sku = String(asObject(body['sku'])['name'] ?? '');
  const known = skus.find((word) => word.toLowerCase() === sku.toLowerCase());
  if (known === undefined) throw invalid('sku.name', sku, skus);
  const kind = kinds.find((word) => word === body['kind']);
  if (kind === undefined) throw invalid('kind', String(body['kind']), kinds);
  if (existing?.kind !== undefined && existing.kind !== kind && existing.kind !== 'Storage') {
    throw new ArmError(
      400,
      'AccountPropertyCannotBeUpdated',
      `The property 'kind' was specified in the input, but it cannot be updated from ${existing.kind} to ${kind}.`,
    );
  }
  body['sku'] = { name: known, tier: known.split('_')[0] };
  const secondary = /GRS|GZRS/.test(known);
  const endpoints = (suffix: string): Json =>
    Object.fromEntries(
      ['blob', 'file', 'queue', 'table', 'web', 'dfs']
        .filter((service) => suffix === '' || service !== 'file')
        .map((service) => [
          service,
          service === 'web'
            ? `https://${name}${suffix}.z1.web.core.windows.net/`
            : `https://${name}${suffix}.${service}.core.windows.net/`,
        ]),
    );
  const acls = asObject(properties['networkAcls']);
  return {
    properties: {
      minimumTlsVersion: 'TLS1_0',
      supportsHttpsTrafficOnly: true,
      allowBlobPublicAccess: false,
      ...properties,
      ...(kind === 'Storage' ? {} : { accessTier: properties['accessTier'] ?? 'Hot' }),
      networkAcls: {
        bypass: 'AzureServices',
        virtualNetworkRules: [],
        ipRules: [],
        defaultAction: 'Allow',
        ...acls,
      },
      primaryEndpoints: endpoints(''),
      primaryLocation: location,
      statusOfPrimary: 'available',
      ...(secondary ? { statusOfSecondary: 'available' } : {}),
      ...(/^Standard_RA/.test(known) ? { secondaryEndpoints: endpoints('-secondary') } : {}),
      creationTime: existing?.properties['creationTime'] ?? manager.now().toISOString(),
    },
  };
}

function invalid(property: string, given: string, allowed: readonly string[]): ArmError {
  return new ArmError(
    400,
    'InvalidValuesForRequestParameters',
    `Values for request parameters are invalid: ${property}. Given: '${given}'. Allowed values: ${allowed.join(', ')}.`,
  );
}

function listKeys({ resource, manager }: ActionContext): Json {
  return {
    keys: ['key1', 'key2'].map((keyName) => ({
      creationTime: at(resource.properties, 'creationTime') ?? manager.now().toISOString(),
      keyName,
      value: keyOf(resource, keyName),
      permissions: 'FULL',
    })),
  };
}

/** A key that is the same each time the sandbox runs with the same account. */
function keyOf(resource: Resource, keyName: string): string {
  return createHash('sha512').update(`${resource.id.toLowerCase()}/${keyName}`).digest('base64');
}

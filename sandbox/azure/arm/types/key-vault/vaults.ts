import { ArmError, badRequest } from '../../errors.ts';
import { nameOf } from '../../ids.ts';
import { asObject, asObjects, sameId, type Json } from '../../json.ts';
import { keyVault } from '../api-versions.ts';
import type { TypeDefinition, WriteContext, Written } from '../definition.ts';
import { connectionsShown } from '../private-link/connections.ts';
import { findDeleted, keepDeleted } from './deleted-vaults.ts';

const type = 'Microsoft.KeyVault/vaults';

/** A key vault: globally unique, soft-deleted. */
export const vaults: TypeDefinition = {
  type,
  model: 'keyvault.VaultCreateOrUpdateParameters',
  apiVersions: keyVault,
  location: 'regional',
  answer: 'resource',
  deletes: 'sync',
  busyState: { create: 'RegisteringDns', update: 'Succeeded' },
  patch: 'merge',
  checkName(name) {
    const shape = /^[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/;
    if (shape.test(name) && !name.includes('--')) return;
    throw new ArmError(
      400,
      'VaultNameNotValid',
      `The vault name '${name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name ` +
        'must begin with a letter, end with a letter or digit, and not contain consecutive hyphens. Follow this ' +
        'link for more information: https://go.microsoft.com/fwlink/?linkid=2147742',
    );
  },
  write,
  removed: ({ manager, resource }) => keepDeleted(manager, resource),
  read: (resource, manager) => {
    const connections = connectionsShown(manager, resource);
    return {
      ...resource.properties,
      ...(connections.length === 0 ? {} : { privateEndpointConnections: connections }),
    };
  },
};

function write(context: WriteContext): Written {
  const { manager, id, properties, existing, body } = context;
  const name = nameOf(id);
  if (body['properties'] === undefined) {
    throw badRequest('The parameter properties has an invalid value: it is required.');
  }
  const recovered = existing === undefined ? claimName(context, name) : undefined;
  const before: Json = existing?.properties ?? recovered ?? {};
  const given: Json = recovered === undefined ? properties : { ...before, ...properties };
  const sku = asObject(given['sku']);
  if (sku['name'] === undefined) throw invalidValue('sku');
  if (given['tenantId'] !== manager.tenantId) throw invalidValue('tenantId');
  if (given['enableRbacAuthorization'] !== true && given['accessPolicies'] === undefined) {
    throw invalidValue('accessPolicies');
  }
  if (before['enablePurgeProtection'] === true && given['enablePurgeProtection'] === false) {
    throw irreversible('enablePurgeProtection', 'purge protection');
  }
  if (existing === undefined && given['enablePurgeProtection'] === false) {
    throw irreversible('enablePurgeProtection', 'purge protection');
  }
  if (given['enableSoftDelete'] === false) throw irreversible('enableSoftDelete', 'soft delete');
  const days = Number(
    given['softDeleteRetentionInDays'] ?? before['softDeleteRetentionInDays'] ?? 90,
  );
  if (!Number.isInteger(days) || days < 7 || days > 90)
    throw invalidValue('softDeleteRetentionInDays');
  if (existing !== undefined && days !== before['softDeleteRetentionInDays']) {
    throw badRequest(
      'The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.',
    );
  }
  const { createMode: _mode, ...rest } = given;
  return {
    properties: {
      enabledForDeployment: false,
      ...rest,
      sku: { family: sku['family'] ?? 'A', name: sku['name'] },
      accessPolicies: asObjects(given['accessPolicies']),
      ...(before['enablePurgeProtection'] === true ? { enablePurgeProtection: true } : {}),
      enableSoftDelete: true,
      softDeleteRetentionInDays: days,
      publicNetworkAccess: given['publicNetworkAccess'] ?? 'Enabled',
      vaultUri: `https://${name.toLowerCase()}.vault.azure.net/`,
    },
  };
}

/** Refuses a name that is taken; hands out the properties of a deleted vault that the caller recovers. */
function claimName({ manager, id, properties }: WriteContext, name: string): Json | undefined {
  const taken = manager.store
    .list(type)
    .find((vault) => vault.name.toLowerCase() === name.toLowerCase() && !sameId(vault.id, id.id));
  if (taken !== undefined) {
    throw new ArmError(
      409,
      'VaultAlreadyExists',
      `The vault name '${name}' is already in use. Vault names are globally unique so it is possible that the ` +
        'name is already taken. If you are sure that the vault name was not taken then it is possible that a vault ' +
        'with the same name was recently deleted but not purged after being placed in a recoverable state. ' +
        'Follow this link for more information: https://go.microsoft.com/fwlink/?linkid=2147740',
    );
  }
  const deleted = findDeleted(manager, name);
  const recover = properties['createMode'] === 'recover';
  if (deleted === undefined) {
    if (!recover) return undefined;
    throw new ArmError(
      404,
      'DeletedVaultNotFound',
      `There is no deleted vault '${name}' that could be recovered.`,
    );
  }
  if (recover && sameId(deleted.vault.id, id.id)) {
    manager.deletedVaults.delete(name.toLowerCase());
    return deleted.vault.properties;
  }
  throw new ArmError(
    409,
    'ConflictError',
    `A vault with the same name already exists in deleted state. You need to either recover or purge existing key ` +
      'vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.',
  );
}

function invalidValue(property: string): ArmError {
  return badRequest(`An invalid value was provided for '${property}'.`);
}

function irreversible(property: string, feature: string): ArmError {
  return badRequest(
    `The property "${property}" cannot be set to false. Enabling the ${feature} for a vault is an irreversible action.`,
  );
}

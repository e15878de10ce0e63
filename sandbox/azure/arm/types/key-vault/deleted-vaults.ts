import { ArmError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';

/** A soft-deleted vault; its name stays taken until it is purged. */
export interface DeletedVault {
  vault: Resource;
  deletionDate: Date;
  scheduledPurgeDate: Date;
}

const day = 24 * 60 * 60 * 1000;

/** Keeps a deleted vault for its retention time. */
export function keepDeleted(manager: Manager, vault: Resource): void {
  const days = Number(vault.properties['softDeleteRetentionInDays'] ?? 90);
  const deletionDate = manager.now();
  manager.deletedVaults.set(vault.name.toLowerCase(), {
    vault,
    deletionDate,
    scheduledPurgeDate: new Date(deletionDate.getTime() + days * day),
  });
}

/** The deleted vault of a name, unless its time has run out. */
export function findDeleted(manager: Manager, name: string): DeletedVault | undefined {
  const deleted = manager.deletedVaults.get(name.toLowerCase());
  if (deleted === undefined || deleted.scheduledPurgeDate > manager.now()) return deleted;
  manager.deletedVaults.delete(name.toLowerCase());
  return undefined;
}

/** Ends a deleted vault for good. @throws ArmError if purge protection is on */
export function purge(manager: Manager, deleted: DeletedVault): void {
  const { vault, scheduledPurgeDate } = deleted;
  if (vault.properties['enablePurgeProtection'] === true) {
    throw new ArmError(
      409,
      'MethodNotAllowed',
      `Operation 'DeletedVaultPurge' is not allowed: vault '${vault.name}' has purge protection until ` +
        `${scheduledPurgeDate.toISOString()}.`,
    );
  }
  manager.deletedVaults.delete(vault.name.toLowerCase());
}

export function showDeleted({ vault, deletionDate, scheduledPurgeDate }: DeletedVault): Json {
  const subscription = vault.id.split('/').slice(0, 3).join('/');
  const location = vault.location ?? '';
  return {
    id: `${subscription}/providers/Microsoft.KeyVault/locations/${location}/deletedVaults/${vault.name}`,
    name: vault.name,
    type: 'Microsoft.KeyVault/deletedVaults',
    properties: {
      vaultId: vault.id,
      location,
      tags: vault.tags ?? {},
      deletionDate: deletionDate.toISOString(),
      scheduledPurgeDate: scheduledPurgeDate.toISOString(),
      ...(vault.properties['enablePurgeProtection'] === true
        ? { purgeProtectionEnabled: true }
        : {}),
    },
  };
}

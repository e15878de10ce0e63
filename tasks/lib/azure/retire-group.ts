import type { EndpointName, GroupDeployment, GroupPort, Lock } from '../deploy/retire/port.ts';
import { contentTag, ownerTag } from '../deploy/start.ts';
import { SpokelineError } from '../errors.ts';
import type { ArmClient } from './arm-client.ts';
import { isNotFound } from './arm-errors.ts';
import { listEndpoints } from './dns-endpoints.ts';
import { asObject } from '../net/json-value.ts';
import { createTypeVersions } from './type-versions.ts';
import { readOperation } from './deploy-read.ts';
import { isDeploymentId } from './deploy-target.ts';

const resourcesVersion = '2025-04-01';
const locksVersion = '2020-05-01';
const networkVersion = '2025-05-01';
const deploymentType = /^Microsoft\.Resources\/deployments$/i;
/** Depth of nested deployments; more would be a circle. */
const deepest = 10;

/** A resource group over ARM, as far as its own rights reach. */
export function createGroupPort(
  arm: ArmClient,
  subscription: string,
  resourceGroup: string,
): GroupPort {
  const id = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`;
  const versionOf = createTypeVersions(arm);

  async function madeBy(
    deploymentId: string,
    signal: AbortSignal,
    depth: number,
  ): Promise<string[]> {
    const path = `${deploymentId}/operations`;
    const operations = (await arm.list<unknown>(path, resourcesVersion, { signal })).map(
      readOperation,
    );
    const found: string[] = [];
    for (const { kind, target } of operations) {
      if (target === undefined || !/^create$/i.test(kind)) continue;
      if (!deploymentType.test(target.type)) found.push(target.id);
      else if (depth < deepest && isDeploymentId(target.id)) {
        found.push(...(await madeBy(target.id, signal, depth + 1)));
      }
    }
    return found;
  }

  async function deploymentsIn(scope: string, signal: AbortSignal): Promise<GroupDeployment[]> {
    const path = `${scope}/providers/Microsoft.Resources/deployments`;
    return (await arm.list<unknown>(path, resourcesVersion, { signal })).map(readGroupDeployment);
  }

  return {
    id,
    name: resourceGroup,

    async state(signal) {
      const found = await arm.tryGet<unknown>(id, resourcesVersion, { signal });
      if (found === undefined) return 'gone';
      const state = asObject(asObject(found.body)['properties'])['provisioningState'];
      return state === 'Deleting' ? 'deleting' : 'present';
    },

    async locks(signal) {
      const path = `${id}/providers/Microsoft.Authorization/locks`;
      try {
        return (await arm.list<unknown>(path, locksVersion, { signal })).map(readLock);
      } catch (error) {
        if (error instanceof SpokelineError && error.code === 'ARM_FORBIDDEN') return undefined;
        throw error;
      }
    },

    deployments: (signal) => deploymentsIn(id, signal),
    deploymentsAbove: (signal) => deploymentsIn(`/subscriptions/${subscription}`, signal),

    madeBy: (deployment, signal) => madeBy(deployment.id, signal, 0),

    async endpointNames(signal) {
      const names: EndpointName[] = [];
      const { endpoints } = await listEndpoints(arm, { subscription, resourceGroup }, signal);
      for (const endpoint of endpoints) {
        const groups = await arm.list<unknown>(
          `${endpoint.id}/privateDnsZoneGroups`,
          networkVersion,
          { signal },
        );
        // Azure takes the records of a zone group away with the endpoint.
        if (groups.length > 0) continue;
        for (const { address, fqdns } of endpoint.configurations) {
          names.push(...fqdns.map((fqdn) => ({ endpointId: endpoint.id, fqdn, address })));
        }
      }
      return names;
    },

    async resources(signal) {
      const found = await arm
        .list<unknown>(`${id}/resources`, resourcesVersion, { signal })
        .catch((error: unknown) => {
          // The group went while it was asked.
          if (isNotFound(error)) return [];
          throw error;
        });
      return found.map((resource) => textOf(asObject(resource)['id']));
    },

    async removeGroup(signal, timeoutMs) {
      await arm.delete(id, resourcesVersion, { signal, timeoutMs });
    },

    async remove(resourceId, signal, timeoutMs) {
      const version = await versionOf(resourceId, signal);
      await arm.delete(resourceId, version, { signal, timeoutMs });
    },

    async exists(resourceId, signal) {
      const version = await versionOf(resourceId, signal);
      return (await arm.tryGet<unknown>(resourceId, version, { signal })) !== undefined;
    },
  };
}

function readLock(value: unknown): Lock {
  const lock = asObject(value);
  const properties = asObject(lock['properties']);
  const id = textOf(lock['id']);
  return {
    name: textOf(lock['name']),
    level: textOf(properties['level']),
    scope: id.slice(0, id.toLowerCase().lastIndexOf('/providers/microsoft.authorization/locks/')),
    notes: textOf(properties['notes']),
  };
}

function readGroupDeployment(value: unknown): GroupDeployment {
  const deployment = asObject(value);
  const tags = asObject(deployment['tags']);
  const owner = textOf(tags[ownerTag]);
  return {
    id: textOf(deployment['id']),
    name: textOf(deployment['name']),
    state: textOf(asObject(deployment['properties'])['provisioningState']),
    ours: contentTag in tags,
    ...(owner === '' ? {} : { owner }),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

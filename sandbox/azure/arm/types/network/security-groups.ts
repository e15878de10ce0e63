import { ArmError } from '../../errors.ts';
import { lastOf, nameOf, parentOf } from '../../ids.ts';
import { asObject, asObjects, asText, asTexts, sameId, type Json } from '../../json.ts';
import type { Resource } from '../../store.ts';
import { network } from '../api-versions.ts';
import type { TypeDefinition } from '../definition.ts';
import {
  refreshParent,
  replaceChildren,
  shown,
  usersOf,
  withSubnets,
  type ChildList,
} from './children.ts';
import { defaultSecurityRules } from './default-rules.ts';
import { subnetType } from './subnets.ts';

const type = 'Microsoft.Network/networkSecurityGroups';
const ruleType = `${type}/securityRules`;
const list: ChildList = { type: ruleType, property: 'securityRules' };

/** A security group. Its rules are resources of their own and always shown in `properties.securityRules`. */
export const networkSecurityGroups: TypeDefinition = {
  type,
  model: 'network.NetworkSecurityGroup',
  apiVersions: network,
  location: 'regional',
  answer: 'async',
  deletes: 'async',
  busyState: { create: 'Updating', update: 'Updating' },
  etag: 'weak',
  patch: 'tags',
  write({ manager, id, properties, existing, apiVersion }) {
    const rules: Resource[] = [];
    for (const rule of asObjects(properties['securityRules'])) {
      const name = asText(rule['name']) ?? '';
      rules.push(
        checkRule(
          `${existing?.id ?? id.id}`,
          name,
          asObject(rule['properties']),
          rules,
          apiVersion,
        ),
      );
    }
    return {
      properties: {
        ...properties,
        securityRules: rules.map(shown),
        defaultSecurityRules: defaultSecurityRules(existing?.id ?? id.id),
        resourceGuid: existing?.properties['resourceGuid'] ?? manager.newGuid(),
      },
      after: (group) => replaceChildren(manager, list, group.id, rules),
    };
  },
  remove({ manager, resource }) {
    const users = [
      ...usersOf(manager, subnetType, resource.id, 'networkSecurityGroup'),
      ...usersOf(
        manager,
        'Microsoft.Network/networkInterfaces',
        resource.id,
        'networkSecurityGroup',
      ),
    ];
    if (users.length === 0) return;
    throw new ArmError(
      400,
      'InUseNetworkSecurityGroupCannotBeDeleted',
      `Network security group ${resource.id} cannot be deleted because it is in use by the following resources: ` +
        `${users.join(', ')}. In order to delete the Network security group, remove the association with the ` +
        'resource(s). To learn how to do this, see aka.ms/deletensg.',
    );
  },
  read: (resource, manager) =>
    withSubnets(resource, usersOf(manager, subnetType, resource.id, 'networkSecurityGroup')),
};

/** One rule, written by itself. */
export const securityRules: TypeDefinition = {
  type: ruleType,
  model: 'network.SecurityRule',
  apiVersions: network,
  location: 'none',
  answer: 'async',
  deletes: 'async',
  busyState: { create: 'Updating', update: 'Updating' },
  etag: 'weak',
  busyId: parentOf,
  write({ manager, id, properties, apiVersion }) {
    const groupId = parentOf(id.id);
    const others = manager.store.list(ruleType, groupId).filter((rule) => !sameId(rule.id, id.id));
    const rule = checkRule(groupId, nameOf(id), properties, others, apiVersion);
    return { properties: rule.properties, after: () => refreshParent(manager, list, groupId) };
  },
  removed: ({ manager, resource }) => refreshParent(manager, list, parentOf(resource.id)),
};

const words: Record<string, readonly string[]> = {
  direction: ['Inbound', 'Outbound'],
  access: ['Allow', 'Deny'],
  protocol: ['*', 'Tcp', 'Udp', 'Icmp', 'Esp', 'Ah'],
};

function checkRule(
  groupId: string,
  name: string,
  properties: Json,
  others: readonly Resource[],
  apiVersion: string,
): Resource {
  const id = `${groupId}/securityRules/${name}`;
  const result: Json = { ...properties };
  for (const [property, allowed] of Object.entries(words)) {
    const value = String(properties[property] ?? '');
    const known = allowed.find((word) => word.toLowerCase() === value.toLowerCase());
    if (known === undefined) {
      throw invalid(
        'SecurityRuleInvalidParameter',
        `Security rule ${id} has invalid value '${value}' for ${property}. Allowed values: ${allowed.join(', ')}.`,
      );
    }
    result[property] = known;
  }
  const priority = Number(properties['priority']);
  if (!Number.isInteger(priority) || priority < 100 || priority > 4096) {
    throw invalid(
      'SecurityRuleInvalidPriority',
      `Security rule has invalid Priority. Value provided: ${String(properties['priority'])} ` +
        `Allowed range 100-4096. Rule: ${id}.`,
    );
  }
  for (const other of others) {
    if (other.name.toLowerCase() === name.toLowerCase()) {
      throw invalid(
        'DuplicateResourceName',
        `Resource ${groupId} has two child resources with the same name (${name}).`,
      );
    }
    if (other.properties['direction'] !== result['direction']) continue;
    if (other.properties['priority'] !== priority) continue;
    throw invalid(
      'SecurityRuleConflict',
      `Security rule ${name} conflicts with rule ${other.name}. Rules cannot have the same Priority and Direction.`,
    );
  }
  for (const side of ['source', 'destination']) checkSide(id, result, side);
  return {
    id,
    name,
    type: ruleType,
    apiVersion,
    etag: `W/"${lastOf(groupId)}-${name}"`,
    properties: result,
  };
}

function checkSide(id: string, rule: Json, side: string): void {
  const prefixes = texts(rule, `${side}AddressPrefix`, `${side}AddressPrefixes`);
  const groups = asObjects(rule[`${side}ApplicationSecurityGroups`]);
  if (prefixes.length === 0 && groups.length === 0) {
    throw invalid(
      'SecurityRuleParameterNotSpecified',
      `Required security rule parameters are missing for security rule ${id}: ${side}AddressPrefix.`,
    );
  }
  for (const prefix of prefixes) {
    const address = /^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.exec(prefix);
    const good =
      address === null
        ? prefix === '*' || /^[A-Za-z][\w.]*$/.test(prefix)
        : prefix.split(/[./]/).every((part, index) => Number(part) <= (index === 4 ? 32 : 255));
    if (!good) {
      throw invalid(
        'SecurityRuleInvalidAddressPrefix',
        `Security rule has invalid Address prefix. Value provided: ${prefix}. Rule: ${id}.`,
      );
    }
  }
  const ports = texts(rule, `${side}PortRange`, `${side}PortRanges`);
  if (ports.length === 0) {
    throw invalid(
      'SecurityRuleParameterNotSpecified',
      `Required security rule parameters are missing for security rule ${id}: ${side}PortRange.`,
    );
  }
  for (const port of ports) {
    const [first = '', last = first] = port.split('-');
    const good =
      port === '*' ||
      ([first, last].every((end) => /^\d+$/.test(end) && Number(end) <= 65535) &&
        Number(first) <= Number(last));
    if (!good) {
      throw invalid(
        'SecurityRuleInvalidPortRange',
        `Security rule has invalid Port range. Value provided: ${port}. Value should be an integer OR integer ` +
          `range with '-' delimiter. Valid range 0-65535. Rule: ${id}.`,
      );
    }
  }
}

function texts(rule: Json, single: string, plural: string): string[] {
  const one = asText(rule[single]);
  return [...(one === undefined || one === '' ? [] : [one]), ...asTexts(rule[plural])];
}

function invalid(code: string, message: string): ArmError {
  return new ArmError(400, code, message);
}

import { ArmError } from './errors.ts';
import { fullName, type ResourceId } from './ids.ts';
import { asObject } from './json.ts';
import type { Resource } from './store.ts';
import type { TypeDefinition } from './types/definition.ts';

/** Regions that the sandbox deploys into: name and display name. */
export const regions: readonly { name: string; displayName: string }[] = [
  ['westeurope', 'West Europe'],
  ['northeurope', 'North Europe'],
  ['eastus', 'East US'],
  ['eastus2', 'East US 2'],
  ['westus', 'West US'],
  ['westus2', 'West US 2'],
  ['westus3', 'West US 3'],
  ['centralus', 'Central US'],
  ['northcentralus', 'North Central US'],
  ['southcentralus', 'South Central US'],
  ['canadacentral', 'Canada Central'],
  ['canadaeast', 'Canada East'],
  ['brazilsouth', 'Brazil South'],
  ['uksouth', 'UK South'],
  ['ukwest', 'UK West'],
  ['francecentral', 'France Central'],
  ['germanywestcentral', 'Germany West Central'],
  ['italynorth', 'Italy North'],
  ['norwayeast', 'Norway East'],
  ['polandcentral', 'Poland Central'],
  ['spaincentral', 'Spain Central'],
  ['swedencentral', 'Sweden Central'],
  ['switzerlandnorth', 'Switzerland North'],
  ['eastasia', 'East Asia'],
  ['southeastasia', 'Southeast Asia'],
  ['japaneast', 'Japan East'],
  ['japanwest', 'Japan West'],
  ['koreacentral', 'Korea Central'],
  ['centralindia', 'Central India'],
  ['southindia', 'South India'],
  ['australiaeast', 'Australia East'],
  ['australiasoutheast', 'Australia Southeast'],
  ['uaenorth', 'UAE North'],
  ['qatarcentral', 'Qatar Central'],
  ['israelcentral', 'Israel Central'],
  ['southafricanorth', 'South Africa North'],
].map(([name = '', displayName = '']) => ({ name, displayName }));

/** `West Europe` and `westeurope` are one region. */
export function canonicalLocation(location: string): string {
  return location.replaceAll(' ', '').toLowerCase();
}

/** @throws ArmError LocationRequired, LocationNotAvailableForResourceType */
export function checkLocation(
  location: unknown,
  kind: 'regional' | 'global',
  type: string,
): string {
  if (location === undefined || location === null || location === '') {
    throw new ArmError(
      400,
      'LocationRequired',
      'The location property is required for this definition.',
    );
  }
  const canonical = canonicalLocation(String(location));
  const known = kind === 'global' ? ['global'] : regions.map((region) => region.name);
  if (known.includes(canonical)) return canonical;
  throw new ArmError(
    400,
    'LocationNotAvailableForResourceType',
    `The provided location '${String(location)}' is not available for resource type '${type}'. ` +
      `List of available regions for the resource type is '${known.join(',')}'.`,
  );
}

/**
 * Location of a resource that is written: undefined for types without one.
 * @throws ArmError InvalidResourceLocation for one that would move
 */
export function locationOf(
  definition: TypeDefinition,
  body: unknown,
  existing: Resource | undefined,
  id: ResourceId,
): string | undefined {
  if (definition.location === 'none') return undefined;
  const location = checkLocation(asObject(body)['location'], definition.location, definition.type);
  if (existing?.location === undefined || existing.location === location) return location;
  throw new ArmError(
    409,
    'InvalidResourceLocation',
    `The resource '${fullName(id)}' already exists in location '${existing.location}' in resource group ` +
      `'${id.resourceGroup ?? ''}'. A resource with the same name cannot be created in location ` +
      `'${location}'. Please select a new resource name.`,
  );
}

import { asObject, asObjects, isObject, type Json } from '../json.ts';

/** Both sides of a comparison, before they are compared. */
export interface Sides {
  before: Json;
  after: Json;
}

interface Noise {
  type: string;
  /** @param shown the resource as a GET shows it @param body as the template gives it */
  make(sides: Sides, shown: Json, body: Json): Sides;
}

/** What Azure's what-if reports although a deployment does not do it. Each with where it is on record. */
const noises: readonly Noise[] = [
  {
    // A network without `subnets` in the template keeps them, and what-if says that they go.
    // https://github.com/Azure/arm-template-whatif/issues/393
    type: 'Microsoft.Network/virtualNetworks',
    make(sides, _shown, body) {
      if (asObject(body['properties'])['subnets'] !== undefined) return sides;
      const properties = asObject(sides.before['properties']);
      if (asObjects(properties['subnets']).length === 0) return sides;
      const { subnets: _subnets, ...rest } = asObject(sides.after['properties']);
      return { ...sides, after: { ...sides.after, properties: rest } };
    },
  },
  {
    // What the service adds to each configuration of a zone group counts as deleted.
    // https://github.com/Azure/arm-template-whatif/issues/381
    type: 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups',
    make(sides, shown) {
      const present = asObjects(asObject(shown['properties'])['privateDnsZoneConfigs']);
      const configs = asObjects(asObject(sides.before['properties'])['privateDnsZoneConfigs']);
      const privateDnsZoneConfigs = configs.map((config, index) => {
        const { id, type, etag, properties } = present[index] ?? {};
        const { provisioningState } = asObject(properties);
        return {
          ...config,
          ...defined({ id, type, etag }),
          properties: { ...asObject(config['properties']), ...defined({ provisioningState }) },
        };
      });
      const properties = { ...asObject(sides.before['properties']), privateDnsZoneConfigs };
      return { ...sides, before: { ...sides.before, properties } };
    },
  },
  {
    // A vault that never had network rules does not show the default ones, and what-if says that they come.
    // https://github.com/Azure/arm-template-whatif/issues/54
    type: 'Microsoft.KeyVault/vaults',
    make(sides) {
      const properties = asObject(sides.after['properties']);
      if (isObject(properties['networkAcls'])) return sides;
      const networkAcls = { bypass: 'AzureServices', defaultAction: 'Allow' };
      return { ...sides, after: { ...sides.after, properties: { ...properties, networkAcls } } };
    },
  },
];

/** The two sides as Azure's what-if would see them. */
export function withNoise(type: string, sides: Sides, shown: Json, body: Json): Sides {
  return noises
    .filter((noise) => noise.type === type)
    .reduce((now, noise) => noise.make(now, shown, body), sides);
}

function defined(values: Json): Json {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

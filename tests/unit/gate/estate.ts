import { estateOfTopology } from '../../../tasks/lib/gate/estate.ts';
import type { GateContext } from '../../../tasks/lib/gate/gate-check.ts';
import type { Network, Stamp, Topology } from '../../../tasks/lib/topology/model.ts';

function network(name: string, space: string, subnets: Record<string, string>): Network {
  const id = `/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/${name}`;
  const entries = Object.entries(subnets).map(([key, prefix]) => [
    key,
    { name: key, prefix, id: `${id}/subnets/${key}` },
  ]);
  return {
    id,
    name,
    addressSpace: [space],
    subnets: Object.fromEntries(entries) as Network['subnets'],
  };
}

function stamp(name: string, role: Stamp['role'], octet: number): Stamp {
  return {
    name,
    role,
    region: 'westeurope',
    subscription: 's',
    resourceGroup: `rg-${name}`,
    network: network(`vnet-${name}`, `10.${octet}.0.0/16`, { endpoints: `10.${octet}.2.0/27` }),
    parameters: { keyVaultName: `kv-${name}`, port: 443 },
  };
}

/** A hub and two stamps, as the topology reader would give them. */
export const topology: Topology = {
  name: 'shop',
  cloud: 'public',
  hub: {
    subscription: 'h',
    resourceGroup: 'rg-hub',
    region: 'westeurope',
    network: network('vnet-hub', '10.0.0.0/16', { agents: '10.0.1.0/27' }),
    firewall: { privateAddress: '10.0.0.4' },
    dns: { subscription: 'h', resourceGroup: 'rg-dns', resolvers: ['10.0.0.5'], fallback: false },
  },
  registry: { name: 'crshop', loginServer: 'crshop.azurecr.io', replicas: [] },
  stamps: { weu: stamp('weu', 'primary', 1), neu: stamp('neu', 'secondary', 2) },
  loopback: false,
  zones: {},
  flows: [],
  ports: {},
};

export const estate = estateOfTopology(topology);

export function gateContext(stamps = Object.values(topology.stamps)): GateContext {
  return { estate, topology, stamps };
}

/** The estate of the other tests, with names outside it, a flow, and replicas of its registry. */
export function widerContext(): GateContext {
  const hub = {
    ...topology.hub,
    egress: { allowed: ['mcr.microsoft.com'], denied: ['example.com'] },
  };
  const registry = { name: 'crshop', loginServer: 'crshop.azurecr.io', replicas: ['northeurope'] };
  const flow = { name: 'agents-to-endpoints', from: 'hub/agents', to: 'stamp/endpoints' };
  const flows = [{ ...flow, ports: [], protocol: 'tcp', expect: 'allowed' }] as const;
  const found: Topology = { ...topology, hub, registry, flows };
  return { ...gateContext(), topology: found, estate: estateOfTopology(found) };
}

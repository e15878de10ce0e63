metadata name = 'Hub'
metadata description = 'The network estate that a platform team owns: hub network, private DNS zones, the registry with its endpoint, and a peered network for operations and each stamp of the topology.'

@description('Required. The hub of the topology document.')
param hub object

@description('Required. The whole topology document: its stamps and operations get a network here, its registry an endpoint.')
param topology object

@description('Optional. Private DNS zones that the estate needs; each is linked to the hub network.')
param zones array = [
  'privatelink.azurecr.io'
  'privatelink.vaultcore.azure.net'
  'privatelink.blob.${environment().suffixes.storage}'
]

@description('Optional. Networks policies of private endpoints: Enabled makes their subnet\'s NSG and routes count.')
@allowed(['Enabled', 'Disabled'])
param endpointNetworkPolicies string = 'Enabled'

var agents = hub.network.subnets.agents
var endpoints = hub.network.subnets.endpoints
var operations = empty(topology.?operations) ? [] : [{ key: 'operations', value: topology.?operations }]
var members = concat(items(topology.stamps), operations)
var spokePrefixes = flatten(map(members, entry => entry.value.network.addressSpace))

resource agentsSecurity 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg-${hub.network.name}-agents'
  location: hub.region
  properties: {
    securityRules: [
      {
        name: 'deny-inbound'
        properties: {
          description: 'Nothing calls an agent; it calls out.'
          priority: 4096
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource endpointsSecurity 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg-${hub.network.name}-endpoints'
  location: hub.region
  properties: {
    securityRules: [
      {
        name: 'allow-agents-and-spokes'
        properties: {
          description: 'Agents push, spokes pull.'
          priority: 200
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefixes: concat([agents.prefix], spokePrefixes)
          sourcePortRange: '*'
          destinationAddressPrefix: endpoints.prefix
          destinationPortRange: '443'
        }
      }
      {
        name: 'deny-inbound'
        properties: {
          priority: 4096
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource throughFirewall 'Microsoft.Network/routeTables@2024-05-01' = {
  name: 'rt-${hub.network.name}-firewall'
  location: hub.region
  properties: {
    disableBgpRoutePropagation: true
    routes: [
      {
        name: 'default'
        properties: {
          addressPrefix: '0.0.0.0/0'
          nextHopType: 'VirtualAppliance'
          nextHopIpAddress: hub.firewall.privateAddress
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: hub.network.name
  location: hub.region
  properties: {
    addressSpace: {
      addressPrefixes: hub.network.addressSpace
    }
    subnets: [
      {
        name: 'AzureFirewallSubnet'
        properties: {
          addressPrefix: hub.network.subnets.AzureFirewallSubnet.prefix
        }
      }
      {
        name: agents.name
        properties: {
          addressPrefix: agents.prefix
          networkSecurityGroup: { id: agentsSecurity.id }
          routeTable: { id: throughFirewall.id }
        }
      }
      {
        name: endpoints.name
        properties: {
          addressPrefix: endpoints.prefix
          networkSecurityGroup: { id: endpointsSecurity.id }
          privateEndpointNetworkPolicies: endpointNetworkPolicies
        }
      }
    ]
  }
}

module dns '../modules/private-dns-zones.bicep' = {
  name: 'zones'
  scope: resourceGroup(hub.dns.subscription, hub.dns.resourceGroup)
  params: {
    zones: zones
    networkId: network.id
    fallback: hub.dns.fallback
  }
}

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' = {
  name: topology.registry.name
  location: hub.region
  sku: { name: 'Premium' }
  properties: {
    adminUserEnabled: false
    dataEndpointEnabled: true
    publicNetworkAccess: 'Disabled'
  }
}

// The region of the hub is the registry's own, which may be listed with the others.
resource registryReplicas 'Microsoft.ContainerRegistry/registries/replications@2023-07-01' = [
  for region in filter(topology.registry.replicas, region => region != hub.region): {
    parent: registry
    name: region
    location: region
    properties: {}
  }
]

module registryEndpoint '../modules/private-endpoint.bicep' = {
  name: 'registry-endpoint'
  params: {
    name: 'pe-${topology.registry.name}'
    location: hub.region
    subnetId: '${network.id}/subnets/${endpoints.name}'
    targetId: registry.id
    groupId: 'registry'
  }
  // Azure refuses an endpoint while replicas are being made: https://github.com/Azure/bicep-registry-modules/issues/4040
  dependsOn: [registryReplicas]
}

module spokes '../modules/spoke-network.bicep' = [
  for entry in members: {
    name: 'spoke-${entry.key}'
    scope: resourceGroup(entry.value.subscription, entry.value.resourceGroup)
    params: {
      network: entry.value.network
      location: entry.value.region
      hubNetworkId: network.id
    }
  }
]

// A peering carries traffic only when both halves exist, and Azure refuses a half whose other network is
// missing: so the platform's deployment makes the spoke's network and both halves.
@batchSize(1)
resource peerings 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01' = [
  for (entry, index) in members: {
    parent: network
    name: 'to-${entry.key}'
    properties: {
      remoteVirtualNetwork: { id: spokes[index].outputs.resourceId }
      allowVirtualNetworkAccess: true
      allowForwardedTraffic: true
      allowGatewayTransit: false
      useRemoteGateways: false
    }
  }
]

output name string = network.name
output resourceId string = network.id
output resourceGroupName string = resourceGroup().name
output registryLoginServer string = registry.properties.loginServer

metadata name = 'Stamp'
metadata description = 'One regional unit of a workload: subnets in the network that the platform handed over, a key vault and a storage account, each reached only through a private endpoint.'

@description('Required. This stamp of the topology document.')
param stamp object

@description('Required. The hub of the topology document: its agents may call the stamp\'s endpoints.')
param hub object

@description('Optional. Network policies of private endpoints: Enabled makes their subnet\'s NSG and routes count.')
@allowed(['Enabled', 'Disabled'])
param endpointNetworkPolicies string = 'Enabled'

@description('Optional. Ports that the hub\'s agents may reach on the stamp\'s endpoints.')
param agentPorts array = ['443']

var subnets = stamp.network.subnets
var application = subnets.application
var endpoints = subnets.endpoints

var denyInbound = {
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

// What may enter each subnet besides the last rule, which denies all.
var permitted = {
  application: [
    {
      name: 'allow-ingress'
      properties: {
        priority: 200
        direction: 'Inbound'
        access: 'Allow'
        protocol: 'Tcp'
        sourceAddressPrefix: subnets.ingress.prefix
        sourcePortRange: '*'
        destinationAddressPrefix: application.prefix
        destinationPortRange: '8443'
      }
    }
  ]
  ingress: [
    {
      name: 'allow-front-door'
      properties: {
        priority: 200
        direction: 'Inbound'
        access: 'Allow'
        protocol: 'Tcp'
        sourceAddressPrefix: 'AzureFrontDoor.Backend'
        sourcePortRange: '*'
        destinationAddressPrefix: subnets.ingress.prefix
        destinationPortRange: '443'
      }
    }
    {
      name: 'allow-probes'
      properties: {
        priority: 210
        direction: 'Inbound'
        access: 'Allow'
        protocol: '*'
        sourceAddressPrefix: 'AzureLoadBalancer'
        sourcePortRange: '*'
        destinationAddressPrefix: '*'
        destinationPortRange: '*'
      }
    }
  ]
  egress: []
  endpoints: [
    {
      name: 'allow-application'
      properties: {
        priority: 200
        direction: 'Inbound'
        access: 'Allow'
        protocol: 'Tcp'
        sourceAddressPrefix: application.prefix
        sourcePortRange: '*'
        destinationAddressPrefix: endpoints.prefix
        destinationPortRange: '443'
      }
    }
    {
      name: 'allow-agents'
      properties: {
        description: 'The release gate looks from the hub\'s agents.'
        priority: 210
        direction: 'Inbound'
        access: 'Allow'
        protocol: 'Tcp'
        sourceAddressPrefix: hub.network.subnets.agents.prefix
        sourcePortRange: '*'
        destinationAddressPrefix: endpoints.prefix
        destinationPortRanges: agentPorts
      }
    }
  ]
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  name: stamp.network.name
}

resource security 'Microsoft.Network/networkSecurityGroups@2024-05-01' = [
  for entry in items(subnets): {
    name: 'nsg-${stamp.name}-${entry.key}'
    location: stamp.region
    properties: {
      securityRules: concat(permitted[entry.key], [denyInbound])
    }
  }
]

resource throughFirewall 'Microsoft.Network/routeTables@2024-05-01' = {
  name: 'rt-${stamp.name}-firewall'
  location: stamp.region
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

// One after the other: a network takes one change of its subnets at a time.
@batchSize(1)
resource subnet 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = [
  for (entry, index) in items(subnets): {
    parent: network
    name: entry.key
    properties: {
      addressPrefix: entry.value.prefix
      networkSecurityGroup: { id: security[index].id }
      routeTable: { id: throughFirewall.id }
      defaultOutboundAccess: false
      privateEndpointNetworkPolicies: entry.key == 'endpoints' ? endpointNetworkPolicies : 'Disabled'
    }
  }
]

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: stamp.parameters.keyVaultName
  location: stamp.region
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    publicNetworkAccess: 'Disabled'
    networkAcls: { bypass: 'None', defaultAction: 'Deny' }
  }
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: stamp.parameters.storageName
  location: stamp.region
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    publicNetworkAccess: 'Disabled'
    networkAcls: { bypass: 'None', defaultAction: 'Deny' }
  }
}

module vaultEndpoint '../modules/private-endpoint.bicep' = {
  name: 'vault-endpoint-${stamp.name}'
  params: {
    name: 'pe-${vault.name}'
    location: stamp.region
    subnetId: '${network.id}/subnets/${endpoints.name}'
    targetId: vault.id
    groupId: 'vault'
  }
  dependsOn: [subnet]
}

module storageEndpoint '../modules/private-endpoint.bicep' = {
  name: 'storage-endpoint-${stamp.name}'
  params: {
    name: 'pe-${storage.name}'
    location: stamp.region
    subnetId: '${network.id}/subnets/${endpoints.name}'
    targetId: storage.id
    groupId: 'blob'
  }
  // After the vault's endpoint, so that addresses are handed out in the same order every time.
  dependsOn: [subnet, vaultEndpoint]
}

output name string = stamp.name
output resourceGroupName string = resourceGroup().name
output vaultId string = vault.id
output vaultUri string = vault.properties.vaultUri
output storageId string = storage.id
output blobEndpoint string = storage.properties.primaryEndpoints.blob

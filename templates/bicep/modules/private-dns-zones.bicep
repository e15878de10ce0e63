metadata name = 'Private DNS zones'
metadata description = 'Zones of one network estate, each linked to one network. Records are written by PrivateDns, not here.'

@description('Required. Names of the zones.')
param zones array

@description('Required. Resource id of the network whose machines have to resolve the zones.')
param networkId string

@description('Optional. Whether a name that a zone does not hold is looked up on the internet.')
param fallback bool = false

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for name in zones: {
    name: name
    location: 'global'
  }
]

// One after the other: parallel links to one network fail with a conflict.
@batchSize(1)
resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (name, index) in zones: {
    parent: zone[index]
    name: last(split(networkId, '/'))
    location: 'global'
    properties: {
      virtualNetwork: { id: networkId }
      registrationEnabled: false
      resolutionPolicy: fallback ? 'NxDomainRedirect' : 'Default'
    }
  }
]

output names array = zones

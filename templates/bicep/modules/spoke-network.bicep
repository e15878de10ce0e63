metadata name = 'Spoke network'
metadata description = 'The empty network that a platform team hands to a stamp, with the spoke\'s half of the peering.'

@description('Required. Network of the stamp: name and address space; its subnets belong to the stamp.')
param network object

@description('Required. Region of the stamp.')
param location string

@description('Required. Resource id of the hub network.')
param hubNetworkId string

// No `subnets` here: the stamp owns them, and a deployment that leaves them out keeps what is there.
resource spoke 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: network.name
  location: location
  properties: {
    addressSpace: {
      addressPrefixes: network.addressSpace
    }
  }
}

resource toHub 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01' = {
  parent: spoke
  name: 'to-${last(split(hubNetworkId, '/'))}'
  properties: {
    remoteVirtualNetwork: { id: hubNetworkId }
    allowVirtualNetworkAccess: true
    allowForwardedTraffic: true
    allowGatewayTransit: false
    useRemoteGateways: false
  }
}

output name string = spoke.name
output resourceId string = spoke.id

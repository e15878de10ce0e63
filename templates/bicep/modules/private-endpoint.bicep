metadata name = 'Private endpoint'
metadata description = 'One endpoint for one sub-resource of one service. Its DNS records are registered by PrivateDns.'

@description('Required. Name of the endpoint.')
param name string

@description('Required. Region of the endpoint\'s subnet.')
param location string

@description('Required. Resource id of the subnet.')
param subnetId string

@description('Required. Resource id of the service.')
param targetId string

@description('Required. Sub-resource, for example vault, blob or registry.')
param groupId string

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: name
  location: location
  properties: {
    subnet: { id: subnetId }
    customNetworkInterfaceName: 'nic-${name}'
    privateLinkServiceConnections: [
      {
        name: name
        properties: {
          privateLinkServiceId: targetId
          groupIds: [groupId]
        }
      }
    ]
  }
}

output name string = endpoint.name
output resourceId string = endpoint.id
output networkInterfaceId string = endpoint.properties.networkInterfaces[0].id

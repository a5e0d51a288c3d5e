param principalId string
param developerId string
param scaleByQueueLength bool
param storageName string
param mediaName string
param mediaContainerNames string[]
param componentName string
param serviceBusName string
param queueNames string[]
param cosmosName string
param databaseName string
param signalRName string

var storageBlobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var storageBlobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var storageBlobDelegator = 'db58b8e5-c6ad-4a2a-8342-4190687cbf4a'
var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'
var serviceBusDataSender = '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
var serviceBusDataReceiver = '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
var serviceBusDataOwner = '090c5cfd-751d-490a-894a-3ce6f1109419'
var signalRServiceOwner = '7e4f1700-ea5a-4f59-8f37-079cfe29dce3'
// A role of Cosmos DB itself, which Azure's own roles don't know.
var cosmosDataContributor = '00000000-0000-0000-0000-000000000002'

resource storage 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: storageName
}

resource media 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: mediaName
}

resource mediaBlobs 'Microsoft.Storage/storageAccounts/blobServices@2026-06-01' existing = {
  parent: media
  name: 'default'
}

resource mediaContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-06-01' existing = [
  for container in mediaContainerNames: {
    parent: mediaBlobs
    name: container
  }
]

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' existing = {
  name: serviceBusName
}

resource queues 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' existing = [
  for queue in queueNames: {
    parent: namespace
    name: queue
  }
]

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' existing = {
  name: cosmosName
}

resource signalR 'Microsoft.SignalRService/signalR@2024-03-01' existing = {
  name: signalRName
}

// The whole account: the host makes containers of its own beside that of the deployments, for locks and keys.
resource hostStores 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, principalId, storageBlobDataOwner)
  scope: storage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataOwner)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

// The app reads, writes and deletes users' media.
resource appStores 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (container, index) in mediaContainerNames: {
    name: guid(mediaContainers[index].id, principalId, storageBlobDataContributor)
    scope: mediaContainers[index]
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataContributor)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

// The app signs addresses by which clients put and get one blob. They allow no more than the app itself may do. Only an account has keys
// for that.
resource appSigns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(media.id, principalId, storageBlobDelegator)
  scope: media
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDelegator)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

// Host and app write what they do.
resource appTells 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(component.id, principalId, monitoringMetricsPublisher)
  scope: component
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

// The app enqueues on each of its queues.
resource appSends 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, index) in queueNames: {
    name: guid(queues[index].id, principalId, serviceBusDataSender)
    scope: queues[index]
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceBusDataSender)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

// A function works on each of them.
resource appReceives 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, index) in queueNames: {
    name: guid(queues[index].id, principalId, serviceBusDataReceiver)
    scope: queues[index]
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceBusDataReceiver)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

// The scale controller asks as the app how long a queue is, which Service Bus tells only those who may manage it:
// https://github.com/Azure/azure-functions-host/issues/8261. Of these queues, not of the namespace.
resource scalerCounts 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, index) in queueNames: if (scaleByQueueLength) {
    name: guid(queues[index].id, principalId, serviceBusDataOwner)
    scope: queues[index]
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceBusDataOwner)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

// The app negotiates, sends to users and groups, and changes who is in a group. No narrower role has all three.
resource appPushes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(signalR.id, principalId, signalRServiceOwner)
  scope: signalR
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', signalRServiceOwner)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

// The app reads and writes documents of its database. It can't make or change containers.
resource appWrites 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2026-03-15' = {
  parent: cosmos
  name: guid(cosmos.id, principalId, cosmosDataContributor)
  properties: {
    roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/${cosmosDataContributor}'
    principalId: principalId
    scope: '${cosmos.id}/dbs/${databaseName}'
  }
}

// A developer looks into queues, also into dead letters, and sends them again.
resource developerHandlesQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(developerId)) {
  name: guid(namespace.id, developerId, serviceBusDataOwner)
  scope: namespace
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceBusDataOwner)
    principalId: developerId
    principalType: 'User'
  }
}

// A developer looks into documents.
resource developerHandlesDocuments 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2026-03-15' = if (!empty(developerId)) {
  parent: cosmos
  name: guid(cosmos.id, developerId, cosmosDataContributor)
  properties: {
    roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/${cosmosDataContributor}'
    principalId: developerId
    scope: '${cosmos.id}/dbs/${databaseName}'
  }
}

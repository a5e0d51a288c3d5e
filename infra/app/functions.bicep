param name string
param planName string
param location string
param tags { *: string }
param isProduction bool
param alwaysReadyInstances int
param instanceMemoryMB int
param identityName string
param storageName string
param deploymentContainer string
param mediaName string
param componentName string
param serviceBusName string
param cosmosName string
param signalRName string
param authAuthority string
param authAudience string
param authUserIdClaim string
param authRolesClaim string
param trustMode string
param hostRelationshipUrl string
param storeEpoch int
param origins string[]

// Scale groups: requests, and each other function by itself. A request starts an instance within seconds, a queue or a change feed perhaps
// after minutes; what is scheduled can wait. Lists follow the change feed, so somebody must read it all the time.
var delivery = ['function:DeliverEntries', 'function:FanOutToMembers', 'function:ProjectInboxes']
var readyGroups = isProduction ? concat(['http'], delivery) : delivery
var alwaysReady = [
  for group in readyGroups: {
    name: group
    instanceCount: alwaysReadyInstances
  }
]

// What an operator changes beside the parameters; each key is explained in docs/operations.md.
var changed = loadJsonContent('../settings.json')

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: storageName
}

resource media 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: mediaName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' existing = {
  name: cosmosName
}

resource signalR 'Microsoft.SignalRService/signalR@2024-03-01' existing = {
  name: signalRName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: isProduction
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: 100
        alwaysReady: alwaysReadyInstances > 0 ? alwaysReady : []
        // By default an instance takes 4 or 16 requests at a time, by its memory, so that a busy conversation would be written by many.
        // Those that meet in one share its batches: https://aka.ms/flex-http-concurrency
        triggers: { http: { perInstanceConcurrency: 100 } }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      // SignalR's JavaScript client sends credentials with its negotiation.
      cors: {
        allowedOrigins: origins
        supportCredentials: true
      }
    }
  }
}

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: union(
    {
      // The host's own storage: locks and timers.
      AzureWebJobsStorage__accountName: storage.name
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identity.properties.clientId

      APPLICATIONINSIGHTS_CONNECTION_STRING: component.properties.ConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'

      // Placeholders crash with .NET 10: https://github.com/Azure/azure-functions-dotnet-worker/issues/3335
      WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED: '0'

      // Which identity the app's own clients take.
      AZURE_CLIENT_ID: identity.properties.clientId

      Cosmos__accountEndpoint: cosmos.properties.documentEndpoint
      Cosmos__credential: 'managedidentity'
      Cosmos__clientId: identity.properties.clientId

      ServiceBus__fullyQualifiedNamespace: '${serviceBusName}.servicebus.windows.net'
      ServiceBus__credential: 'managedidentity'
      ServiceBus__clientId: identity.properties.clientId

      Media__BlobServiceUri: media.properties.primaryEndpoints.blob

      AzureSignalRConnectionString__serviceUri: 'https://${signalR.properties.hostName}'
      AzureSignalRConnectionString__credential: 'managedidentity'
      AzureSignalRConnectionString__clientId: identity.properties.clientId

      Auth__Authority: authAuthority
      Auth__Audience: authAudience
      Auth__UserIdClaim: authUserIdClaim
      Auth__RolesClaim: authRolesClaim
      Trust__Mode: trustMode
      Host__RelationshipUrl: hostRelationshipUrl
      Sync__StoreEpoch: string(storeEpoch)
    },
    changed
  )
}

// Code comes with an Entra token only.
resource ftp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource scm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

output name string = app.name
output uri string = 'https://${app.properties.defaultHostName}'

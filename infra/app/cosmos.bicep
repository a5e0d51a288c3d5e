param name string
param location string
param tags { *: string }
param isProduction bool
@allowed(['serverless', 'autoscale'])
param throughput string
param maxThroughput int

// What the local Azure makes its containers from.
var declared = loadJsonContent('../cosmos.json')

resource account 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    // One region that writes: the order of a conversation is that of the writes to its head.
    enableMultipleWriteLocations: false
    locations: [
      {
        locationName: location
        failoverPriority: 0
        isZoneRedundant: isProduction
      }
    ]
    capabilities: throughput == 'serverless' ? [{ name: 'EnableServerless' }] : []
    consistencyPolicy: { defaultConsistencyLevel: 'Session' }
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: { tier: isProduction ? 'Continuous30Days' : 'Continuous7Days' }
    }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2026-03-15' = {
  parent: account
  name: declared.database
  properties: {
    resource: { id: declared.database }
  }
}

// Throughput is each container's own: a busy one doesn't starve the other. Leases and settings are few and small.
resource containers 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2026-03-15' = [
  for container in declared.containers: {
    parent: database
    name: container.id
    properties: {
      resource: container
      options: throughput == 'serverless'
        ? {}
        : {
            autoscaleSettings: { maxThroughput: contains(['leases', 'settings'], container.id) ? 1000 : maxThroughput }
          }
    }
  }
]

output name string = account.name
output databaseName string = database.name

param name string
param location string
param tags { *: string }
param isProduction bool
param origins string[]

// An account of its own: clients put and get blobs here, and the app may reach nothing of it but its containers.
resource account 'Microsoft.Storage/storageAccounts@2026-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: isProduction ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowedCopyScope: 'AAD'
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-06-01' = {
  parent: account
  name: 'default'
  properties: {
    // What is deleted is gone: a user took it back, or it is illegal.
    deleteRetentionPolicy: { enabled: false }
    isVersioningEnabled: false
    cors: {
      corsRules: empty(origins)
        ? []
        : [
            {
              allowedOrigins: origins
              allowedMethods: ['GET', 'PUT']
              allowedHeaders: ['content-type', 'range', 'x-ms-blob-type']
              exposedHeaders: []
              maxAgeInSeconds: 3600
            }
          ]
    }
  }
}

resource incoming 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-06-01' = {
  parent: blobs
  name: 'incoming'
  properties: { publicAccess: 'None' }
}

resource media 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-06-01' = {
  parent: blobs
  name: 'media'
  properties: { publicAccess: 'None' }
}

resource evidence 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-06-01' = {
  parent: blobs
  name: 'evidence'
  properties: { publicAccess: 'None' }
}

// The app deletes uploads once they are processed or given up: the first rule deletes what it left. Copies of what was reported are kept
// for those who decide, and those who decide on an appeal.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2026-06-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'uploads'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['${incoming.name}/']
            }
            actions: { baseBlob: { delete: { daysAfterCreationGreaterThan: 1 } } }
          }
        }
        {
          name: 'evidence'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['${evidence.name}/']
            }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 180 } } }
          }
        }
      ]
    }
  }
}

output name string = account.name
output containerNames string[] = [incoming.name, media.name, evidence.name]

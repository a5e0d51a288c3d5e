param workspaceName string
param componentName string
param location string
param tags { *: string }
param isProduction bool

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
    // A loop that logs must not cost more than what it logs about. -1 is no limit.
    workspaceCapping: { dailyQuotaGb: isProduction ? -1 : 1 }
    features: { disableLocalAuth: true }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    // What has the connection string but not the role can't write.
    DisableLocalAuth: true
  }
}

output componentName string = component.name

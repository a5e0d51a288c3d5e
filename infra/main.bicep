targetScope = 'subscription'

@description('Names the environment. It is in the resource group\'s name and, hashed, in all others.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('The region of everything.')
@minLength(1)
param location string

@description('dev: the least that works. prod: several zones, instances that are always ready, capacity that scales.')
@allowed(['dev', 'prod'])
param profile string = 'dev'

@description('The OpenID Connect issuer of the users\' tokens.')
@minLength(1)
param authAuthority string

@description('The audience that the users\' tokens name.')
@minLength(1)
param authAudience string

@description('The claim of the users\' tokens that names the user. Another one makes everybody somebody else.')
@minLength(1)
param authUserIdClaim string = 'sub'

@description('The claim of tokens that has their roles, by which the host app and moderators are known.')
@minLength(1)
param authRolesClaim string = 'roles'

@description('Who may reach whom: strict by age, follows and settings; open, everybody whom nobody blocks. Chosen, never by default.')
@allowed(['strict', 'open'])
param trustMode string

@description('Where the host app is asked who follows whom, where it never said: Host__RelationshipUrl. Empty: it isn\'t asked. The key is in settings.json.')
param hostRelationshipUrl string = ''

@description('The web pages that may call the app, connect to SignalR, and put and get media, as origins with commas between. Empty: none.')
param webOrigins string = ''

@description('Who is told of alerts. Empty: no alerts are made.')
param alertEmail string = ''

@description('Which life of the store this is. Raise it after a restore.')
@minValue(1)
param storeEpoch int = 1

@description('Instances that always run for delivery and for fan-out, of each, and with prod for requests. Zones want two; with none a push can wait for minutes.')
@minValue(0)
@maxValue(10)
param alwaysReadyInstances int = profile == 'prod' ? 2 : 1

@description('The memory of an instance, and with it its share of processors: a quarter, one, two.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = profile == 'prod' ? 2048 : 512

@description('How Cosmos DB is paid for: by request units used, or by those reserved.')
@allowed(['serverless', 'autoscale'])
param cosmosThroughput string = profile == 'prod' ? 'autoscale' : 'serverless'

@description('The request units a second that autoscale goes up to, of the containers conversations and users, of each.')
@minValue(1000)
param cosmosMaxThroughput int = 4000

@description('Standard shares its machines and throttles at 1,000 operations a second. Premium doesn\'t.')
@allowed(['Standard', 'Premium'])
param serviceBusSku string = 'Standard'

@description('Units of SignalR: 1,000 connections each. The profile dev has the free one, with 20.')
@minValue(1)
param signalRUnits int = 1

@description('Lets the scale controller read how long the queues are. Without it nothing wakes an app that has no instance.')
param scaleByQueueLength bool = true

@description('Somebody who may read and write the data, to look into it. Empty: nobody.')
param developerId string = ''

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var isProduction = profile == 'prod'
// No page has an origin with a blank in it, or an empty one.
var trimmed = filter(map(split(webOrigins, ','), origin => trim(origin)), origin => !empty(origin))
var origins = contains(trimmed, '*') ? fail('webOrigins must name each origin: * can\'t have credentials.') : trimmed

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity './app/identity.bicep' = {
  scope: group
  params: {
    name: 'id-${token}'
    location: location
    tags: tags
  }
}

module monitoring './app/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: 'log-${token}'
    componentName: 'appi-${token}'
    location: location
    tags: tags
    isProduction: isProduction
  }
}

module storage './app/storage.bicep' = {
  scope: group
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    isProduction: isProduction
  }
}

module media './app/media.bicep' = {
  scope: group
  params: {
    name: 'stm${token}'
    location: location
    tags: tags
    isProduction: isProduction
    origins: origins
  }
}

module serviceBus './app/servicebus.bicep' = {
  scope: group
  params: {
    name: 'sbns-${token}'
    location: location
    tags: tags
    sku: serviceBusSku
  }
}

module cosmos './app/cosmos.bicep' = {
  scope: group
  params: {
    name: 'cosmos-${token}'
    location: location
    tags: tags
    isProduction: isProduction
    throughput: cosmosThroughput
    maxThroughput: cosmosMaxThroughput
  }
}

module signalR './app/signalr.bicep' = {
  scope: group
  params: {
    name: 'sigr-${token}'
    location: location
    tags: tags
    isProduction: isProduction
    units: signalRUnits
    origins: origins
  }
}

module roles './app/rbac.bicep' = {
  scope: group
  params: {
    principalId: identity.outputs.principalId
    developerId: developerId
    scaleByQueueLength: scaleByQueueLength
    storageName: storage.outputs.name
    mediaName: media.outputs.name
    mediaContainerNames: media.outputs.containerNames
    componentName: monitoring.outputs.componentName
    serviceBusName: serviceBus.outputs.name
    queueNames: serviceBus.outputs.queueNames
    cosmosName: cosmos.outputs.name
    databaseName: cosmos.outputs.databaseName
    signalRName: signalR.outputs.name
  }
}

module functions './app/functions.bicep' = {
  scope: group
  // The host reads its storage and its queues as soon as it starts.
  dependsOn: [roles]
  params: {
    name: 'func-${token}'
    planName: 'plan-${token}'
    location: location
    tags: tags
    isProduction: isProduction
    alwaysReadyInstances: alwaysReadyInstances
    instanceMemoryMB: instanceMemoryMB
    identityName: identity.outputs.name
    storageName: storage.outputs.name
    deploymentContainer: storage.outputs.deploymentContainer
    mediaName: media.outputs.name
    componentName: monitoring.outputs.componentName
    serviceBusName: serviceBus.outputs.name
    cosmosName: cosmos.outputs.name
    signalRName: signalR.outputs.name
    authAuthority: authAuthority
    authAudience: authAudience
    authUserIdClaim: authUserIdClaim
    authRolesClaim: authRolesClaim
    trustMode: trustMode
    hostRelationshipUrl: hostRelationshipUrl
    storeEpoch: storeEpoch
    origins: origins
  }
}

module alerts './app/alerts.bicep' = if (!empty(alertEmail)) {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    email: alertEmail
    componentName: monitoring.outputs.componentName
    serviceBusName: serviceBus.outputs.name
    cosmosName: cosmos.outputs.name
    signalRName: signalR.outputs.name
  }
}

module workbook './app/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    componentName: monitoring.outputs.componentName
    serviceBusName: serviceBus.outputs.name
    cosmosName: cosmos.outputs.name
    signalRName: signalR.outputs.name
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output SERVICE_API_NAME string = functions.outputs.name
output SERVICE_API_URI string = functions.outputs.uri
output MEDIA_ACCOUNT string = media.outputs.name
output SERVICEBUS_NAMESPACE string = serviceBus.outputs.name
output COSMOS_ACCOUNT string = cosmos.outputs.name
output SIGNALR_NAME string = signalR.outputs.name
output APPLICATIONINSIGHTS_NAME string = monitoring.outputs.componentName

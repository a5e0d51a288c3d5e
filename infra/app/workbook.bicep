param location string
param tags { *: string }
param componentName string
param serviceBusName string
param cosmosName string
param signalRName string

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' existing = {
  name: serviceBusName
}

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' existing = {
  name: cosmosName
}

resource signalR 'Microsoft.SignalRService/signalR@2024-03-01' existing = {
  name: signalRName
}

var page = loadTextContent('../workbook.json')
var ofComponent = replace(page, '{component}', component.id)
var ofServiceBus = replace(ofComponent, '{serviceBus}', namespace.id)
var ofCosmos = replace(ofServiceBus, '{cosmos}', cosmos.id)
var filled = replace(ofCosmos, '{signalR}', signalR.id)

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(component.id, 'chat')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Chat: is it healthy?'
    category: 'workbook'
    sourceId: component.id
    serializedData: filled
  }
}

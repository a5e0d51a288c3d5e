param token string
param location string
param tags { *: string }
param email string
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

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${token}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'chat'
    enabled: true
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

var metrics = [
  {
    name: 'dead-letters'
    description: 'A queue has dead letters.'
    severity: 2
    scope: namespace.id
    metricNamespace: 'Microsoft.ServiceBus/namespaces'
    metricName: 'DeadletteredMessages'
    timeAggregation: 'Maximum'
    threshold: 0
    dimensions: [{ name: 'EntityName', operator: 'Include', values: ['*'] }]
  }
  {
    name: 'backlog'
    description: 'More than 1,000 messages wait in a queue.'
    severity: 2
    scope: namespace.id
    metricNamespace: 'Microsoft.ServiceBus/namespaces'
    metricName: 'ActiveMessages'
    timeAggregation: 'Minimum'
    threshold: 1000
    dimensions: [{ name: 'EntityName', operator: 'Include', values: ['*'] }]
  }
  {
    name: 'throttling'
    description: 'Cosmos DB refused more than 100 requests in five minutes as too many.'
    severity: 2
    scope: cosmos.id
    metricNamespace: 'Microsoft.DocumentDB/databaseAccounts'
    metricName: 'TotalRequests'
    timeAggregation: 'Count'
    threshold: 100
    dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
  }
  {
    name: 'connections'
    description: 'More than 80 % of the connections that SignalR takes are open.'
    severity: 2
    scope: signalR.id
    metricNamespace: 'Microsoft.SignalRService/SignalR'
    metricName: 'ConnectionQuotaUtilization'
    timeAggregation: 'Maximum'
    threshold: 80
    dimensions: []
  }
]

var logs = [
  {
    name: 'late-delivery'
    description: 'The app says that ranges of logs wait too long for their delivery.'
    severity: 2
    // By its words: whether an event's name arrives depends on the host's telemetry mode.
    query: 'traces | where message has "were delivered" and message has "after their commit"'
  }
  {
    name: 'dropped-pushes'
    description: 'The app gave up pushes after five tries, and counted them in chat.push.dropped.'
    severity: 2
    // By the line that goes with the metric: metrics of the app don't come to Application Insights.
    query: 'traces | where message has "were not pushed in" and message has "clients will fetch them"'
  }
  {
    name: 'stuck-message'
    description: 'A queue message has failed for 15 minutes or more.'
    severity: 2
    query: 'traces | where message has "has failed for"'
  }
  {
    name: 'stuck-for-a-day'
    description: 'A queue message has failed for a day or more.'
    severity: 1
    query: 'traces | where message has "has failed for" | where toint(extract("failed for ([0-9]+) minutes", 1, message)) >= 1440'
  }
  {
    name: 'overdue-cases'
    description: 'A case of moderation waits longer than it should.'
    severity: 2
    query: 'traces | where message has "A case of severity" and message has "is overdue by"'
  }
  {
    name: 'moderation-off'
    description: 'Messages pass unscreened, files aren\'t scanned, or bans or follows aren\'t known.'
    severity: 2
    query: 'traces | where message has "gave no verdict again and again" or message has "say again and again who follows whom" or message has "The list of standings" or message has "The word list" and message has "be used" or message has "The word list" and message has "a document of the form" or message has "word lists; only the first"'
  }
  {
    name: 'server-errors'
    description: 'More than 1 % of at least 100 requests in five minutes failed by the server\'s fault.'
    severity: 1
    query: 'requests | summarize failed = countif(toint(resultCode) >= 500), total = count() | where total >= 100 and failed * 100 > total'
  }
]

resource metricAlerts 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for alert in metrics: {
    name: '${alert.name}-${token}'
    location: 'global'
    tags: tags
    properties: {
      description: '${alert.description} See "Alert ${alert.name}" in docs/operations.md.'
      severity: alert.severity
      enabled: true
      scopes: [alert.scope]
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: alert.name
            metricNamespace: alert.metricNamespace
            metricName: alert.metricName
            timeAggregation: alert.timeAggregation
            operator: 'GreaterThan'
            threshold: alert.threshold
            dimensions: alert.dimensions
          }
        ]
      }
      actions: [{ actionGroupId: people.id }]
    }
  }
]

resource logAlerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in logs: {
    name: '${alert.name}-${token}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.name
      description: '${alert.description} See "Alert ${alert.name}" in docs/operations.md.'
      severity: alert.severity
      enabled: true
      scopes: [component.id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT5M'
      // The tables come with the first rows.
      skipQueryValidation: true
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]

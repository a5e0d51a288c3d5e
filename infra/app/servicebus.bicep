param name string
param location string
param tags { *: string }
@allowed(['Standard', 'Premium'])
param sku string

// What the emulator and the local Azure make their queues from.
var declared = loadJsonContent('../servicebus.json').UserConfig.Namespaces[0].Queues

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
    tier: sku
  }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
  }
}

resource queues 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' = [
  for queue in declared: {
    parent: namespace
    name: queue.Name
    properties: {
      deadLetteringOnMessageExpiration: queue.Properties.DeadLetteringOnMessageExpiration
      duplicateDetectionHistoryTimeWindow: queue.Properties.DuplicateDetectionHistoryTimeWindow
      lockDuration: queue.Properties.LockDuration
      maxDeliveryCount: queue.Properties.MaxDeliveryCount
      requiresDuplicateDetection: queue.Properties.RequiresDuplicateDetection
      requiresSession: queue.Properties.RequiresSession
      // The declaration says one hour, the most that the emulator takes. Here messages outlive an outage.
      defaultMessageTimeToLive: 'P14D'
      // The most of Standard: a full queue refuses deliveries.
      maxSizeInMegabytes: 5120
    }
  }
]

output name string = namespace.name
output queueNames string[] = [for queue in declared: queue.Name]

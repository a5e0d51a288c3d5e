param name string
param location string
param tags { *: string }
param isProduction bool
param units int
param origins string[]

resource signalR 'Microsoft.SignalRService/signalR@2024-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'SignalR'
  // Premium spreads over zones by itself, Standard doesn't.
  sku: {
    name: isProduction ? 'Premium_P1' : 'Free_F1'
    capacity: isProduction ? units : 1
  }
  properties: {
    features: [
      {
        flag: 'ServiceMode'
        value: 'Serverless'
      }
    ]
    // Clients send by HTTP alone: there is no upstream.
    serverless: { connectionTimeoutInSeconds: 30 }
    cors: { allowedOrigins: origins }
    disableLocalAuth: true
    tls: { clientCertEnabled: false }
  }
}

output name string = signalR.name

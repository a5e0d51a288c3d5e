// What could go wrong, one thing at a time: in `file`, what is found becomes something else, and `check` is to say so in these words.
const main = 'infra/main.bicep';
const app = name => `infra/app/${name}.bicep`;
const operations = 'docs/operations.md';

const mutantsOf = {
  'templates can be read': [
    [main, "  name: 'identity'\n  scope: group\n  params: {", "  name: 'identity'\n  scope: group\n  params: [", "can't be read"],
    [app('storage'), "  parent: account\n  name: 'default'", "  parent: account name: 'default'", 'wants a line of its own'],
    ['infra/settings.json', '{}', '{,}', 'infra/settings.json'],
  ],
  'names are declared and used': [
    [app('cosmos'), 'isZoneRedundant: isProduction', 'isZoneRedundant: isProd', 'nothing is called isProd'],
    [app('identity'), 'param name string\n', 'param name string\nparam sku string\n', 'sku is never used'],
    [app('signalr'), 'param units int\n', 'param units int\nvar units = 1\n', 'units is declared twice'],
  ],
  'modules get their parameters and have the outputs': [
    [main, '    authAudience: authAudience\n', '', 'module functions wants parameter authAudience'],
    [main, '    email: alertEmail\n', '    email: alertEmail\n    phone: alertEmail\n', 'module alerts has no parameter phone'],
    [main, 'deploymentContainer: storage.outputs.deploymentContainer', 'deploymentContainer: storage.outputs.container', 'module storage has no output container'],
  ],
  'azd gives the parameters': [
    ['infra/main.parameters.json', '    "authAudience": { "value": "${CHAT_AUTH_AUDIENCE}" },\n', '', "doesn't give authAudience"],
    ['infra/main.parameters.json', '"webOrigins":', '"origins":', 'has no parameter origins'],
    ['.github/workflows/deploy.yml', "      CHAT_SIGNALR_UNITS: ${{ vars.CHAT_SIGNALR_UNITS || '1' }}\n", '', "which deploy.yml hasn't"],
    [operations, '| `CHAT_PROFILE` |', '| profile |', "doesn't explain CHAT_PROFILE"],
  ],
  'values can be worked out': [
    [app('functions'), 'AZURE_CLIENT_ID: identity.properties.clientId', 'AZURE_CLIENT_ID: identity.properties.clientID', "clientID isn't one of"],
    [app('storage'), "  parent: account\n  name: 'default'", "  name: 'default'", 'blobs wants a parent'],
    [app('storage'), '  parent: blobs\n', '  parent: account\n', "deployments can't be in a Microsoft.Storage/storageAccounts@"],
    [main, "@allowed(['dev', 'prod'])", "@allowed(['dev', 'production'])", 'against @allowed'],
    [main, "module signalR './app/signalr.bicep' = {\n  name: 'signalr'\n  scope: group\n", "module signalR './app/signalr.bicep' = {\n  name: 'signalr'\n", 'wants the resource group as its scope'],
    [main, 'param signalRUnits int = 1', "param signalRUnits int = 'one'", 'parameter signalRUnits is int', 'infra/main.parameters.json', '    "signalRUnits": { "value": "${CHAT_SIGNALR_UNITS=1}" },\n', ''],
  ],
  'resources are as their types say': [
    [app('functions'), 'httpsOnly: true', 'httpOnly: false', 'httpOnly doesn\'t exist'],
    [app('cosmos'), "    databaseAccountOfferType: 'Standard'\n", '', 'databaseAccountOfferType is missing'],
    [app('monitoring'), "Application_Type: 'web'", "Application_Type: 'web'\n    ConnectionString: 'x'", 'is for Azure to write'],
    [app('storage'), "kind: 'StorageV2'", "kind: 'StorageV9'", "is 'StorageV9', not one of"],
    [app('servicebus'), 'requiresSession: queue.Properties.RequiresSession', "requiresSession: 'no'", 'is boolean, not string'],
    [app('alerts'), "criterionType: 'StaticThresholdCriterion'", "criterionType: 'Static'", 'not one of'],
    [app('workbook'), 'workbooks@2023-06-01', 'workbooks@2099-01-01', "types.json doesn't know"],
  ],
  'azd finds what it made': [
    [app('signalr'), '  tags: tags\n', '', 'signalR has no tag azd-env-name'],
    [app('functions'), "'azd-service-name': 'api'", "'azd-service-name': 'web'", "azd-service-name isn't api"],
    [main, 'output SERVICE_API_URI', 'output serviceUri', 'wants output serviceUri in capitals'],
  ],
  'queues are those of the code': [
    ['infra/servicebus.json', '"Name": "fanout"', '"Name": "fan-out"', 'functions/ has fanout, which infra/servicebus.json hasn\'t'],
    ['functions/Scheduled/ScheduledDue.cs', 'Queue = "scheduled"', 'Queue = "later"', 'infra/servicebus.json has scheduled, which functions/ hasn\'t'],
    [app('servicebus'), 'maxDeliveryCount: queue.Properties.MaxDeliveryCount', 'maxDeliveryCount: 3', "MaxDeliveryCount isn't as in"],
    [app('servicebus'), "'P14D'", "'PT1H'", "doesn't keep messages for 14 days"],
  ],
  'containers are those of the code': [
    ['infra/cosmos.json', '"paths": ["/userId"]', '"paths": ["/id"]', "users isn't partitioned by /userId"],
    ['infra/cosmos.json', '{ "path": "/type/?" }, { "path": "/seq/?" }', '{ "path": "/type/?" }', 'orders by /seq, which no container indexes'],
    ['infra/cosmos.json', '{ "path": "/_ts", "order": "ascending" }', '{ "path": "/_ts", "order": "descending" }', 'orders by /_ts and /id'],
    ['infra/cosmos.json', '{ "path": "/pinned/?" },', '{ "path": "/pinned/?" },\n          { "path": "/muted/?" },', 'indexes muted, by which nothing is asked'],
    ['functions/Shared/ChatContainers.cs', 'UsersName = "users"', 'UsersName = "people"', 'ChatContainers.cs has people'],
    [app('cosmos'), 'resource: container\n', 'resource: { id: container.id, partitionKey: container.partitionKey }\n', "isn't as in infra/cosmos.json"],
    ['infra/cosmos.json', '"paths": ["/userId"], "kind": "Hash", "version": 2 },\n      "defaultTtl": -1,', '"paths": ["/userId"], "kind": "Hash", "version": 2 },', 'users lets no document expire'],
    ['infra/cosmos.json', '"database": "chat"', '"database": "talk"', 'has database talk, ChatContainers.cs chat'],
    [app('cosmos'), "defaultConsistencyLevel: 'Session'", "defaultConsistencyLevel: 'Eventual'", 'want session consistency'],
    [app('cosmos'), "      type: 'Continuous'\n      continuousModeProperties: { tier: isProduction ? 'Continuous30Days' : 'Continuous7Days' }", "      type: 'Periodic'", "Backups aren't continuous"],
    [app('cosmos'), 'enableMultipleWriteLocations: false', 'enableMultipleWriteLocations: true', 'one region that writes'],
  ],
  'settings are those that code and host read': [
    [app('functions'), '    Auth__Audience: authAudience\n', '', "doesn't set Auth__Audience"],
    ['infra/settings.json', '{}', '{ "Limits__Txt": "2000" }', 'sets Limits__Txt, which nothing reads'],
    ['infra/settings.json', '{}', '{ "Auth__SigningKey": "x" }', 'sets Auth__SigningKey, which is for development'],
    ['functions/Sync/SyncSetup.cs', 'configuration.GetValidated<SyncOptions>("Sync")', 'configuration.GetSection("Synchronising").Get<SyncOptions>()', "in a form that the checks don't know"],
    ['functions/Delivery/DeliverySetup.cs', 'Connection = "ServiceBus"', 'Connection = "Bus"', "doesn't set Bus__fullyQualifiedNamespace"],
  ],
  'settings are explained': [
    [operations, '| `Limits__Text` | `4000` |', '| `Limits__Text` | `2000` |', 'the default of Limits__Text is 4000'],
    ['functions/Shared/Limits.cs', '[Range(1, 4000)]', '[Range(1, 8000)]', 'the range of Limits__Text is 1–8000'],
    ['functions/Sync/SyncSetup.cs', 'int StoreEpoch', 'int Epoch', "doesn't explain Sync__Epoch"],
    [operations, '| `Limits__Pins` |', '| `Limits__Pinned` |', 'explains Limits__Pinned, which nothing reads'],
    ['local.settings.sample.json', '    "Limits__Pins": "10",\n', '', "which local.settings.sample.json hasn't"],
  ],
  'roles are what their names say': [
    [app('rbac'), '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39', '090c5cfd-751d-490a-894a-3ce6f1109418', "serviceBusDataSender isn't"],
    [app('rbac'), '  name: guid(queues[index].id, principalId, serviceBusDataReceiver)\n  scope: queues[index]', '  name: guid(queues[index].id, principalId, serviceBusDataReceiver)\n  scope: namespace', 'gives the app more than its queues'],
    [app('rbac'), '  scope: signalR\n', '', 'on everything'],
    [app('rbac'), "    principalId: principalId\n    scope: '${cosmos.id}/dbs/${databaseName}'", '    principalId: principalId\n    scope: cosmos.id', 'appWrites gives more than the database'],
  ],
  'there are no secrets': [
    [app('functions'), 'AzureWebJobsStorage__accountName: storage.name', 'AzureWebJobsStorage: storage.listKeys().keys[0].value', 'listKeys reads a secret'],
    [app('signalr'), 'disableLocalAuth: true', 'disableLocalAuth: false', "disableLocalAuth isn't true"],
    [app('storage'), 'allowBlobPublicAccess: false', 'allowBlobPublicAccess: true', "allowBlobPublicAccess isn't false"],
    [app('cosmos'), '    disableLocalAuth: true\n', '', "disableLocalAuth isn't true"],
    [app('functions'), "WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED: '0'", "WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED: 'AccountKey=x'", 'this is a connection string'],
    [app('storage'), 'allowSharedKeyAccess: false', 'allowSharedKeyAccess: true', "allowSharedKeyAccess isn't false"],
    [app('monitoring'), 'output componentName string = component.name', 'output componentName string = component.name\noutput connectionString string = component.properties.ConnectionString', 'output connectionString may be a secret'],
    [app('identity'), 'output principalId', '@secure()\noutput principalId', 'output principalId may be a secret'],
  ],
  'old TLS is refused': [
    [app('servicebus'), "minimumTlsVersion: '1.2'", "minimumTlsVersion: '1.0'", 'namespace takes less than TLS 1.2'],
    [app('storage'), "minimumTlsVersion: 'TLS1_2'", "minimumTlsVersion: 'TLS1_0'", 'account takes less than TLS 1.2'],
    [app('cosmos'), "minimalTlsVersion: 'Tls12'", "minimalTlsVersion: 'Tls'", 'account takes less than TLS 1.2'],
    [app('functions'), 'httpsOnly: true', 'httpsOnly: false', 'app takes less than TLS 1.2'],
  ],
  'SignalR is serverless and calls nobody': [
    [app('signalr'), "value: 'Serverless'", "value: 'Default'", "isn't serverless"],
    [app('signalr'), '    disableLocalAuth: true\n', "    disableLocalAuth: true\n    upstream: { templates: [{ urlTemplate: 'https://example.com' }] }\n", 'calls an upstream'],
  ],
  'instances that are ready are of functions': [
    [app('functions'), "'function:FanOutToMembers'", "'function:FanOut'", 'There is no function for function:FanOut'],
    [main, "profile == 'prod' ? 2 : 1", "profile == 'prod' ? 1 : 1", 'two instances of each group'],
    [main, "profile == 'prod' ? 2 : 1", "profile == 'prod' ? 2 : 0", 'In dev nothing is ready to deliver'],
    ['functions/Delivery/DeliverEntries.cs', '[Function(nameof(DeliverEntries))]', '[Function(nameof(Deliver))]', 'There is no function for function:DeliverEntries'],
  ],
  'host and app run what was built': [
    [app('functions'), "version: '10.0'", "version: '9.0'", 'runs on dotnet-isolated 9.0'],
    ['host.json', '"maxConcurrentCalls": 32', '"maxConcurrentCalls": 64', 'how many concurrent calls'],
    ['host.json', '"telemetryMode": "OpenTelemetry"', '"telemetryMode": "Telemetry"', 'telemetryMode is Telemetry'],
  ],
  'only the build for Azure is published': [
    ['azure.yaml', '        posix:\n          shell: sh\n          run: azd env set HostOn Azure\n        windows:\n          shell: pwsh\n          run: azd env set HostOn Azure\n', '        posix:\n          shell: sh\n          run: azd env set HostOn Local\n', "azure.yaml doesn't set HostOn"],
    ['.github/workflows/deploy.yml', '      HostOn: Azure\n', '', "deploy.yml doesn't set HostOn"],
    [operations, 'dotnet publish functions -c Release -p:HostOn=Azure -o publish', 'dotnet publish functions -c Release -o publish', 'publishes the local build'],
    ['functions/Chat.Functions.csproj', "Condition=\"'$(HostOn)' != 'Azure'\"", "Condition=\"'$(Target)' != 'Azure'\"", "azure.yaml doesn't set Target"],
  ],
  'workflows are pinned and may little': [
    ['.github/workflows/deploy.yml', 'Azure/setup-azd@0b7e3a35ab00f2eee7080c845eb39c3f0ebfa553 # v2.4.0', 'Azure/setup-azd@v2', "isn't pinned by its commit"],
    ['.github/workflows/ci.yml', 'permissions:\n  contents: read\n', '', 'may more than read'],
    ['.github/workflows/ci.yml', 'permissions:\n  contents: read\n', 'permissions:\n  contents: read\n  packages: write\n', 'may write packages'],
    ['.github/workflows/deploy.yml', 'vars.AZURE_CLIENT_ID', 'secrets.AZURE_CLIENT_ID', 'uses a secret'],
  ],
  'alerts have a way out': [
    [operations, '### Alert backlog\n', '### Backlog\n', "alerts.bicep has backlog, which docs/operations.md hasn't"],
    [app('alerts'), "name: 'throttling'", "name: 'too-busy'", "docs/operations.md has throttling, which alerts.bicep hasn't"],
    [app('alerts'), '    actions: [{ actionGroupId: people.id }]\n', '', 'tells nobody'],
    [main, '= if (!empty(alertEmail)) {', '= if (empty(alertEmail)) {', 'no alerts in production'],
  ],
  'what is looked for in the log is logged': [
    [app('alerts'), 'message has "were delivered"', 'message has "came late"', 'Nothing logs what has came late'],
    ['infra/workbook.json', "message has 'were delivered'", "message has 'came late'", 'Nothing logs what has came late'],
    ['functions/Delivery/DeliveryLog.cs', 'after their commit', 'after it', 'Nothing logs what has were delivered'],
  ],
  'the workbook names what was made': [
    [app('workbook'), "var filled = replace(ofCosmos, '{signalR}', signalR.id)", "var filled = replace(ofCosmos, '{signal}', signalR.id)", 'has {signalR} in it'],
    ['infra/workbook.json', '"version": "Notebook/1.0"', '"version": "Notebook/9"', "isn't of version Notebook/1.0"],
    ['infra/workbook.json', "name == 'SendMessage'", "name == 'PostMessage'", 'asks for the function PostMessage'],
    [app('workbook'), "'{serviceBus}', namespace.id", "'{serviceBus}', '/subscriptions/other'", "which isn't made"],
  ],
  'the emulators run what is declared': [
    ['infra/emulators/compose.yaml', 'ConfigFiles/Config.json', 'Config.json', "doesn't give infra/servicebus.json"],
    ['infra/servicebus.json', '"Name": "fanout",\n            "Properties": {\n              "DeadLetteringOnMessageExpiration": true,\n              "DefaultMessageTimeToLive": "PT1H",\n              "DuplicateDetectionHistoryTimeWindow": "PT5M",\n              "ForwardDeadLetteredMessagesTo": "",\n              "ForwardTo": "",\n              "LockDuration": "PT1M",\n              "MaxDeliveryCount": 10', '"Name": "fanout",\n            "Properties": {\n              "DefaultMessageTimeToLive": "PT1H",\n              "MaxDeliveryCount": 20', 'delivers ten times at most'],
    ['infra/emulators/compose.yaml', '- ../servicebus.json:', '- ./servicebus.json:', "which isn't there"],
    ['infra/servicebus.json', '"Name": "deliveries",\n            "Properties": {\n              "DeadLetteringOnMessageExpiration": true,\n              "DefaultMessageTimeToLive": "PT1H"', '"Name": "deliveries",\n            "Properties": {\n              "DeadLetteringOnMessageExpiration": true,\n              "DefaultMessageTimeToLive": "P14D"', 'for an hour at most'],
  ],
};

export const mutants = Object.entries(mutantsOf).flatMap(([check, list]) => list.map(([file, find, replace, says, alsoIn, alsoFind, alsoReplace]) => ({
  check,
  says,
  changes: [{ file, find, replace }, ...(alsoIn ? [{ file: alsoIn, find: alsoFind, replace: alsoReplace }] : [])],
})));

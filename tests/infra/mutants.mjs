// What could go wrong, one thing at a time: in `file`, what is found becomes something else, and `check` is to say so in these words.
// What is wrong with a deployment is put into what was compiled, so that only the compiler's own checks wait for it.
const app = name => `infra/app/${name}.bicep`;
const operations = 'docs/operations.md';
const template = 'compiled/template.json';
const dev = 'compiled/dev.json';
const prod = 'compiled/prod.json';
// Where names end that are to be the only ones of their kind.
const token = 'z7bwmps3paone';
const account = `"name": "stm${token}",
      "apiVersion": "2026-06-01",
      "location": "westeurope",
      "sku": {
        "name": "Standard_ZRS"
      },
      "kind": "StorageV2",
      "tags": {
        "azd-env-name": "trial"
      },
      "properties": {
        "allowSharedKeyAccess": false,
        "allowBlobPublicAccess": false,
        "allowCrossTenantReplication": false,
        "allowedCopyScope": "AAD",
        "defaultToOAuthAuthentication": true,
        "minimumTlsVersion": "TLS1_2"`;
// Where a role is given, of a name that only Azure knows.
const scope = `"id": "[extensionResourceId('/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-trial/providers/`;

const mutantsOf = {
  'templates compile without a warning': [
    [app('functions'), 'httpsOnly: true', 'httpOnly: false', 'BCP089'],
    [app('identity'), 'param name string\n', 'param name string\nparam sku string\n', 'no-unused-params'],
    [app('workbook'), 'Microsoft.Insights/components@2020-02-02', 'Microsoft.Insights/components@2015-05-01', 'use-recent-api-versions'],
  ],
  'templates are laid out as bicep format does': [
    [app('identity'), '  name: name\n', '    name: name\n', "identity.bicep isn't as bicep format has it"],
  ],
  'values can be worked out': [
    [
      prod,
      '"diagnostics": []',
      '"diagnostics": [{ "code": "NestedDeploymentShortCircuited" }]',
      'prod: {"code":"NestedDeploymentShortCircuited"}',
    ],
  ],
  'azd gives the parameters': [
    ['infra/main.parameters.json', '    "authAudience": { "value": "${CHAT_AUTH_AUDIENCE}" },\n', '', "doesn't give authAudience"],
    ['infra/main.parameters.json', '"webOrigins":', '"origins":', 'has no parameter origins'],
    ['.github/workflows/deploy.yml', "      CHAT_SIGNALR_UNITS: ${{ vars.CHAT_SIGNALR_UNITS || '1' }}\n", '', "which deploy.yml hasn't"],
    [operations, '| `CHAT_PROFILE` |', '| profile |', "doesn't explain CHAT_PROFILE"],
  ],
  'azd finds what it made': [
    [
      prod,
      '"kind": "SignalR",\n      "tags": {\n        "azd-env-name": "trial"',
      '"kind": "SignalR",\n      "tags": {\n        "env-name": "trial"',
      'has no tag azd-env-name',
    ],
    [prod, '"azd-service-name": "api"', '"azd-service-name": "web"', "azd-service-name isn't api"],
    [prod, '"SERVICE_API_URI"', '"serviceUri"', 'wants output serviceUri in capitals'],
  ],
  'pages of other origins may call as configured': [
    [prod, '"supportCredentials": true', '"supportCredentials": false', "which the app doesn't take"],
    [
      dev,
      '"allowedOrigins": [],\n            "supportCredentials"',
      '"allowedOrigins": ["*"],\n            "supportCredentials"',
      'In dev pages of * may call',
    ],
    [
      prod,
      '"https://www.example.com"\n            ],\n            "supportCredentials"',
      '" https://www.example.com"\n            ],\n            "supportCredentials"',
      'not those of',
    ],
    [
      prod,
      '"https://www.example.com"\n          ]\n        },\n        "disableLocalAuth"',
      '"*"\n          ]\n        },\n        "disableLocalAuth"',
      'other origins than the app',
    ],
    [
      prod,
      '"https://www.example.com"\n              ],\n              "allowedMethods"',
      '"*"\n              ],\n              "allowedMethods"',
      "pages of other origins than the app's may upload",
    ],
    ['compiled/any-origin.json', 'must name each origin', '', 'Pages of any origin may call'],
  ],
  'uploads and evidence are kept apart, and not for long': [
    [prod, `"name": "stm${token}/default/media"`, `"name": "stm${token}/default/files"`, 'media.bicep has files'],
    [
      prod,
      `"name": "stm${token}/default/media",\n      "apiVersion": "2026-06-01",\n      "properties": {\n        "publicAccess": "None"`,
      `"name": "stm${token}/default/media",\n      "properties": {\n        "publicAccess": "Blob"`,
      'Container media is public',
    ],
    [
      prod,
      `storageAccounts/stm${token}', '2026-06-01').primaryEndpoints.blob`,
      `storageAccounts/st${token}', '2026-06-01').primaryEndpoints.blob`,
      'The app keeps media elsewhere',
    ],
    [prod, '"daysAfterCreationGreaterThan": 1\n', '"daysAfterCreationGreaterThan": 10\n', "uploads aren't deleted after a day"],
    [prod, '"incoming/"\n', '"incoming/", "media/"\n', 'more than uploads and evidence is deleted'],
    [prod, '"daysAfterModificationGreaterThan": 180', '"daysAfterModificationGreaterThan": 1800', "evidence isn't deleted"],
    [prod, '"deleteRetentionPolicy": {\n          "enabled": false', '"deleteRetentionPolicy": {\n          "enabled": true', 'is kept'],
  ],
  'queues are those of the code': [
    ['infra/servicebus.json', '"Name": "fanout"', '"Name": "fan-out"', 'functions/ has fanout, which infra/servicebus.json hasn\'t'],
    [
      'functions/Scheduled/ScheduledDue.cs',
      'Queue = "scheduled"',
      'Queue = "later"',
      'infra/servicebus.json has scheduled, which functions/ hasn\'t',
    ],
    [
      'infra/servicebus.json',
      '"Name": "fanout",\n            "Properties": {\n              "DeadLetteringOnMessageExpiration": true',
      '"Name": "fanout",\n            "Properties": {\n              "DeadLetteringOnMessageExpiration": false',
      "DeadLetteringOnMessageExpiration isn't as in",
    ],
    [
      prod,
      '"defaultMessageTimeToLive": "P14D",\n        "maxSizeInMegabytes": 5120\n      }\n    },\n    {\n'
        + '      "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-trial/providers/Microsoft.DocumentDB',
      '"defaultMessageTimeToLive": "PT1H",\n        "maxSizeInMegabytes": 5120\n      }\n    },\n    {\n'
        + '      "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-trial/providers/Microsoft.DocumentDB',
      "doesn't keep messages for 14 days",
    ],
  ],
  'containers are those of the code': [
    ['infra/cosmos.json', '"paths": ["/userId"]', '"paths": ["/id"]', "users isn't partitioned by /userId"],
    ['infra/cosmos.json', '          { "path": "/seq/?" },\n', '', 'orders by /seq, which no container indexes'],
    ['infra/cosmos.json', '          { "path": "/conversationId/?" },\n', '', "conversations doesn't index its partition key"],
    ['infra/cosmos.json', '          { "path": "/userId/?" },\n', '', "users doesn't index its partition key"],
    [
      'infra/cosmos.json',
      '{ "path": "/_ts", "order": "ascending" }',
      '{ "path": "/_ts", "order": "descending" }',
      'orders by /_ts and /id',
    ],
    [
      'infra/cosmos.json',
      '{ "path": "/pinned/?" },',
      '{ "path": "/pinned/?" },\n          { "path": "/muted/?" },',
      'indexes muted, by which nothing is asked',
    ],
    ['functions/Shared/ChatContainers.cs', 'UsersName = "users"', 'UsersName = "people"', 'ChatContainers.cs has people'],
    [prod, '"id": "leases",', '"id": "leases", "defaultTtl": 60,', "isn't as in infra/cosmos.json"],
    [
      'infra/cosmos.json',
      '"paths": ["/userId"], "kind": "Hash", "version": 2 },\n      "defaultTtl": -1,',
      '"paths": ["/userId"], "kind": "Hash", "version": 2 },',
      'users lets no document expire',
    ],
    ['infra/cosmos.json', '"database": "chat"', '"database": "talk"', 'has database talk, ChatContainers.cs chat'],
    [prod, '"defaultConsistencyLevel": "Session"', '"defaultConsistencyLevel": "Eventual"', 'want session consistency'],
    [prod, '"type": "Continuous"', '"type": "Periodic"', "Backups aren't continuous"],
    [prod, '"enableMultipleWriteLocations": false', '"enableMultipleWriteLocations": true', 'one region that writes'],
  ],
  'settings are those that code and host read': [
    [prod, '"Auth__Audience": "chat",', '', "doesn't set Auth__Audience"],
    [prod, '"Auth__UserIdClaim": "sub",', '', "doesn't set Auth__UserIdClaim"],
    [prod, '"Trust__Mode": "strict"', '"Trust__UnknownAge": "adult"', "doesn't set Trust__Mode"],
    [prod, '"Auth__Audience"', '"Limits__Txt": "2000", "Auth__Audience"', 'sets Limits__Txt, which nothing reads'],
    [prod, '"Auth__Audience"', '"Auth__SigningKey": "x", "Auth__Audience"', 'sets Auth__SigningKey, which is for development'],
    [
      'functions/Sync/SyncSetup.cs',
      'configuration.GetValidated<SyncOptions>("Sync")',
      'configuration.GetSection("Synchronising").Get<SyncOptions>()',
      "in a form that the checks don't know",
    ],
    [prod, '"Media__BlobServiceUri"', '"Media__BlobUri"', "doesn't set Media__BlobServiceUri"],
    ['functions/Delivery/DeliverySetup.cs', 'Connection = "ServiceBus"', 'Connection = "Bus"', "doesn't set Bus__fullyQualifiedNamespace"],
  ],
  'settings are explained': [
    [operations, '| `Limits__Text` | `4000` |', '| `Limits__Text` | `2000` |', 'the default of Limits__Text is 4000'],
    [
      'functions/Shared/Limits.cs',
      '[Range(1, 4000)]\n    public int Text ',
      '[Range(1, 8000)]\n    public int Text ',
      'the range of Limits__Text is 1–8000',
    ],
    ['functions/Sync/SyncSetup.cs', 'int StoreEpoch', 'int Epoch', "doesn't explain Sync__Epoch"],
    [operations, '| `Limits__Pins` |', '| `Limits__Pinned` |', 'explains Limits__Pinned, which nothing reads'],
    ['local.settings.sample.json', '    "Limits__Pins": "10",\n', '', "which local.settings.sample.json hasn't"],
  ],
  'roles are what their names say': [
    [
      template,
      '"serviceBusDataSender": "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39"',
      '"serviceBusDataSender": "090c5cfd-751d-490a-894a-3ce6f1109418"',
      "serviceBusDataSender isn't",
    ],
    [
      prod,
      `${scope}Microsoft.Storage/storageAccounts/st${token}'`,
      `${scope}Microsoft.Web/sites/st${token}'`,
      'storageBlobDataOwner is given on',
    ],
    [
      prod,
      `${scope}Microsoft.Storage/storageAccounts/stm${token}/blobServices/default/containers/media'`,
      `${scope}Microsoft.Storage/storageAccounts/stm${token}'`,
      'storageBlobDataContributor of more than containers',
    ],
    [prod, `${scope}Microsoft.Insights/components/`, `${scope}Microsoft.SignalRService/signalR/`, 'monitoringMetricsPublisher is given on'],
    [
      prod,
      '/dbs/chat"\n      }\n    },\n    {\n'
        + '      "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-trial/providers/Microsoft.ServiceBus',
      '"\n      }\n    },\n    {\n'
        + '      "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-trial/providers/Microsoft.ServiceBus',
      'gets more than the database',
    ],
  ],
  'there are no secrets': [
    [
      template,
      "'AzureWebJobsStorage__credential', 'managedidentity'",
      "'AzureWebJobsStorage', listKeys(parameters('storageName'))",
      'listKeys() reads a secret',
    ],
    [
      template,
      "'WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED', '0'",
      "'WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED', 'AccountKey=x'",
      'AccountKey= is of a connection string',
    ],
    [
      template,
      '"AZURE_LOCATION": {',
      '"CONNECTION_STRING": { "type": "securestring" },\n    "AZURE_LOCATION": {',
      'Output CONNECTION_STRING may be a secret',
    ],
    [
      template,
      '"AZURE_LOCATION": {',
      '"SIGNALR_KEY": { "type": "string" },\n    "AZURE_LOCATION": {',
      'Output SIGNALR_KEY may be a secret',
    ],
    [prod, '"disableLocalAuth": true,\n        "tls"', '"disableLocalAuth": false,\n        "tls"', "disableLocalAuth isn't true"],
    [
      prod,
      '"disableLocalAuth": true,\n        "disableKeyBasedMetadataWriteAccess"',
      '"disableKeyBasedMetadataWriteAccess"',
      "disableLocalAuth isn't true",
    ],
    [prod, account, account.replace('PublicAccess": false', 'PublicAccess": true'), "allowBlobPublicAccess isn't false"],
    [prod, account, account.replace('KeyAccess": false', 'KeyAccess": true'), "allowSharedKeyAccess isn't false"],
  ],
  'old TLS is refused': [
    [prod, '"minimumTlsVersion": "1.2"', '"minimumTlsVersion": "1.0"', 'takes less than TLS 1.2'],
    [prod, account, account.replace('TLS1_2', 'TLS1_0'), 'takes less than TLS 1.2'],
    [prod, '"minimalTlsVersion": "Tls12"', '"minimalTlsVersion": "Tls"', 'takes less than TLS 1.2'],
    [prod, '"httpsOnly": true', '"httpsOnly": false', 'takes less than TLS 1.2'],
  ],
  'SignalR is serverless and calls nobody': [
    [prod, '"value": "Serverless"', '"value": "Default"', "isn't serverless"],
    [
      prod,
      '"serverless": {',
      '"upstream": { "templates": [{ "urlTemplate": "https://example.com" }] },\n        "serverless": {',
      'calls an upstream',
    ],
  ],
  'instances that are ready are of functions': [
    [prod, '"function:FanOutToMembers"', '"function:FanOut"', 'There is no function for function:FanOut'],
    [
      prod,
      '"name": "http",\n                "instanceCount": 2',
      '"name": "http",\n                "instanceCount": 1',
      'two instances of each group',
    ],
    [
      dev,
      '"name": "function:DeliverEntries",\n                "instanceCount": 1',
      '"name": "function:DeliverEntries",\n                "instanceCount": 0',
      'In dev nothing is ready to deliver',
    ],
    [prod, '"perInstanceConcurrency": 100', '"perInstanceConcurrency": 16', 'takes 16 requests at a time'],
    [
      dev,
      '"name": "function:ProjectInboxes",\n                "instanceCount": 1',
      '"name": "function:ProjectInboxes",\n                "instanceCount": 0',
      'In dev nothing is ready to deliver',
    ],
    [operations, '100 requests at a time', 'many requests at a time', "doesn't say how many requests an instance takes"],
    [
      'functions/Delivery/DeliverEntries.cs',
      '[Function(nameof(DeliverEntries))]',
      '[Function(nameof(Deliver))]',
      'There is no function for function:DeliverEntries',
    ],
  ],
  'host and app run what was built': [
    [prod, '"version": "10.0"', '"version": "9.0"', 'runs on dotnet-isolated 9.0'],
    ['host.json', '"maxConcurrentCalls": 32', '"maxConcurrentCalls": 64', 'how many concurrent calls'],
    ['host.json', '"telemetryMode": "OpenTelemetry"', '"telemetryMode": "Telemetry"', 'telemetryMode is Telemetry'],
  ],
  'only the build with the packages is published': [
    [
      'azure.yaml',
      '        posix:\n          shell: sh\n          run: azd env set ExtensionPackages true\n        windows:\n          shell: pwsh\n'
        + '          run: azd env set ExtensionPackages true\n',
      '        posix:\n          shell: sh\n          run: azd env set ExtensionPackages false\n',
      "azure.yaml doesn't set ExtensionPackages",
    ],
    ['.github/workflows/deploy.yml', '      ExtensionPackages: true\n', '', "deploy.yml doesn't set ExtensionPackages"],
    [
      operations,
      'dotnet publish functions -c Release -p:ExtensionPackages=true -o publish',
      'dotnet publish functions -c Release -o publish',
      'publishes stand-ins',
    ],
    [
      'functions/Chat.Functions.csproj',
      "BeforeTargets=\"PrepareForPublish;_FunctionsPrePublish\" Condition=\"'$(ExtensionPackages)' != 'true'\"",
      "BeforeTargets=\"PrepareForPublish;_FunctionsPrePublish\" Condition=\"'$(Target)' != 'true'\"",
      "azure.yaml doesn't set Target",
    ],
  ],
  'CI tests what it published': [
    ['.github/workflows/ci.yml', 'run: CHAT_PUBLISHED="$RUNNER_TEMP/publish" ', 'run: ', "doesn't go on with - run: CHAT_PUBLISHED="],
    ['.github/workflows/ci.yml', '-o "$RUNNER_TEMP/publish"', '-o publish', 'CHAT_PUBLISHED=publish'],
    ['tests/Chat.Functions.Acceptance/Builds/AppBuild.cs', 'Variable("CHAT_PUBLISHED")', 'Variable("CHAT_BUILD")', 'CHAT_BUILD='],
  ],
  "local/README.md explains the local Azure's folders": [
    ['local/README.md', '| `Metering/` |', '| Metering |', "local has Metering, which local/README.md hasn't"],
    ['local/README.md', '| `Metering/` |', '| `Bill/` |\n| `Metering/` |', "local/README.md has Bill, which local hasn't"],
  ],
  'workflows are pinned and may little': [
    [
      '.github/workflows/deploy.yml',
      'Azure/setup-azd@0b7e3a35ab00f2eee7080c845eb39c3f0ebfa553 # v2.4.0',
      'Azure/setup-azd@v2',
      "isn't pinned by its commit",
    ],
    ['.github/workflows/ci.yml', 'permissions:\n  contents: read\n', '', 'may more than read'],
    [
      '.github/workflows/ci.yml',
      'permissions:\n  contents: read\n',
      'permissions:\n  contents: read\n  packages: write\n',
      'may write packages',
    ],
    ['.github/workflows/deploy.yml', 'vars.AZURE_CLIENT_ID', 'secrets.AZURE_CLIENT_ID', 'uses a secret'],
  ],
  'alerts have a way out': [
    [operations, '### Alert backlog\n', '### Backlog\n', "alerts.bicep has backlog, which docs/operations.md hasn't"],
    [operations, '### Alert throttling\n', '### Alert too-busy\n', "docs/operations.md has too-busy, which alerts.bicep hasn't"],
    [
      prod,
      '"dimensions": []\n            }\n          ]\n        },\n        "actions"',
      '"dimensions": []\n            }\n          ]\n        },\n        "others"',
      'tells nobody',
    ],
    [prod, '"diagnostics": []', '"predictedResources": [], "diagnostics": []', 'no alerts in production'],
  ],
  'what is looked for in the log is logged': [
    [prod, 'message has \\"were delivered\\"', 'message has \\"came late\\"', 'Nothing logs what has came late'],
    [prod, "message has 'were delivered'", "message has 'came late'", 'Nothing logs what has came late'],
    [prod, 'message has \\"The list of standings\\"', 'message has \\"Nobody is banned\\"', 'Nothing logs what has Nobody is banned'],
    ['functions/Delivery/DeliveryLog.cs', 'after their commit', 'after it', 'Nothing logs what has were delivered'],
  ],
  'the workbook names what was made': [
    [prod, 'Notebook/1.0', 'Notebook/1.0{signalR}', 'has {signalR} in it'],
    [prod, 'Notebook/1.0', 'Notebook/9', "isn't of version Notebook/1.0"],
    [prod, "name == 'SendMessage'", "name == 'PostMessage'", 'asks for the function PostMessage'],
    [prod, 'Notebook/1.0', 'Notebook/1.0 /subscriptions/other', "which isn't made"],
  ],
  'the emulators run what is declared': [
    ['infra/emulators/compose.yaml', 'ConfigFiles/Config.json', 'Config.json', "doesn't give infra/servicebus.json"],
    [
      'infra/servicebus.json',
      '"Name": "fanout",\n            "Properties": {\n              "DeadLetteringOnMessageExpiration": true,\n'
        + '              "DefaultMessageTimeToLive": "PT1H",\n              "DuplicateDetectionHistoryTimeWindow": "PT5M",\n'
        + '              "ForwardDeadLetteredMessagesTo": "",\n              "ForwardTo": "",\n'
        + '              "LockDuration": "PT1M",\n              "MaxDeliveryCount": 10',
      '"Name": "fanout",\n            "Properties": {\n              "DefaultMessageTimeToLive": "PT1H",\n'
        + '              "MaxDeliveryCount": 20',
      'delivers ten times at most',
    ],
    ['infra/emulators/compose.yaml', '- ../servicebus.json:', '- ./servicebus.json:', "which isn't there"],
    [
      'infra/servicebus.json',
      '"Name": "deliveries",\n            "Properties": {\n              "DeadLetteringOnMessageExpiration": true,\n'
        + '              "DefaultMessageTimeToLive": "PT1H"',
      '"Name": "deliveries",\n            "Properties": {\n              "DeadLetteringOnMessageExpiration": true,\n'
        + '              "DefaultMessageTimeToLive": "P14D"',
      'for an hour at most',
    ],
  ],
};

export const mutants = Object.entries(mutantsOf)
  .flatMap(([check, list]) => list.map(([file, find, replace, says, alsoIn, alsoFind, alsoReplace]) => ({
  check,
  says,
  changes: [{ file, find, replace }, ...(alsoIn ? [{ file: alsoIn, find: alsoFind, replace: alsoReplace }] : [])],
})));

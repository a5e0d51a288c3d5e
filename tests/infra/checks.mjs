// The checks: each has a name, and says what is wrong in sentences.
import { blobContainersOf, containersOf, functionsOf, hostSettings, queriesOf, queuesOf, settingsOf, unknownReadsOf } from './code.mjs';
import { diagnosticsOf, unformattedOf } from './compiler.mjs';
import { deploymentsOf, refusalOfAnyOrigin, template } from './deployments.mjs';

const operations = 'docs/operations.md';
const roles = {
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  storageBlobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
  storageBlobDelegator: 'db58b8e5-c6ad-4a2a-8342-4190687cbf4a',
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb',
  serviceBusDataOwner: '090c5cfd-751d-490a-894a-3ce6f1109419',
  serviceBusDataSender: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39',
  serviceBusDataReceiver: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0',
  signalRServiceOwner: '7e4f1700-ea5a-4f59-8f37-079cfe29dce3',
  cosmosDataContributor: '00000000-0000-0000-0000-000000000002',
};

/** What one check finds. One that meets what it can't work with fails with that. */
export function run(name, world) {
  try {
    return [...new Set(checks[name](world, () => world.deployments ??= deploymentsOf(world)))];
  } catch (error) {
    return [error.message];
  }
}

const checks = {
  'templates compile without a warning': diagnosticsOf,

  'templates are laid out as bicep format does': world => unformattedOf(world).map(path => `${path} isn't as bicep format has it`),

  'values can be worked out': (_, deployed) => deployed().flatMap(
    ({ profile, diagnostics }) => diagnostics.map(problem => `${profile}: ${JSON.stringify(problem)}`)),

  'azd gives the parameters': world => {
    const declared = template(world).parameters;
    const given = world.json('infra/main.parameters.json').parameters;
    const variables = [...JSON.stringify(given).matchAll(/\$\{(CHAT_\w+)/g)].map(([, name]) => name);
    const passed = [...world.read('.github/workflows/deploy.yml').matchAll(/^ +(CHAT_\w+):/gm)].map(([, name]) => name);
    return [
      ...Object.keys(given).filter(name => !(name in declared)).map(name => `main.bicep has no parameter ${name}`),
      ...Object.keys(declared).filter(name => !('defaultValue' in declared[name]) && !(name in given))
        .map(name => `main.parameters.json doesn't give ${name}`),
      ...variables.filter(name => !rowsOf(world, '## Deploy').some(cells => cells[0].includes(`\`${name}\``)))
        .map(name => `${operations} doesn't explain ${name}`),
      // A workflow gives no developer access.
      ...differences('deploy.yml', passed, 'main.parameters.json', variables.filter(name => name !== 'CHAT_DEVELOPER_ID')),
    ];
  },

  'azd finds what it made': (world, deployed) => deployed().flatMap(({ resources, outputs, of }) => {
    const service = /^services:\n {2}(\w+):/m.exec(world.read('azure.yaml'))?.[1];
    const app = of('Microsoft.Web/sites')[0];
    return [
      ...resources.filter(one => one.location && one.tags?.['azd-env-name'] !== 'trial').map(one => `${one.id} has no tag azd-env-name`),
      app.tags['azd-service-name'] !== service && `The app's tag azd-service-name isn't ${service}, as in azure.yaml`,
      ...Object.keys(outputs).filter(name => name !== name.toUpperCase()).map(name => `azd wants output ${name} in capitals`),
    ].filter(Boolean);
  }),

  'pages of other origins may call as configured': (world, deployed) => [
    ...deployed().flatMap(({ profile, of }) => {
      const cors = of('Microsoft.Web/sites')[0].properties.siteConfig.cors;
      const expected = JSON.stringify(profile === 'prod' ? ['https://chat.example.com', 'https://www.example.com'] : []);
      return [
        JSON.stringify(cors.allowedOrigins) !== expected
          && `In ${profile} pages of ${cors.allowedOrigins} may call the app, not those of ${expected}`,
        cors.supportCredentials !== true && 'SignalR\'s JavaScript client sends credentials, which the app doesn\'t take',
        JSON.stringify(of('Microsoft.SignalRService/signalR')[0].properties.cors.allowedOrigins) !== expected
          && `In ${profile} SignalR has other origins than the app`,
        JSON.stringify(mediaOf(of).blobs.properties.cors.corsRules.flatMap(one => one.allowedOrigins)) !== expected
          && `In ${profile} pages of other origins than the app's may upload`,
      ];
    }),
    !refusalOfAnyOrigin(world)?.includes('must name each origin') && 'Pages of any origin may call',
  ].filter(Boolean),

  'uploads and evidence are kept apart, and not for long': (world, deployed) => deployed().flatMap(({ of }) => {
    const { account, blobs, containers } = mediaOf(of);
    const rules = of('Microsoft.Storage/storageAccounts/managementPolicies').flatMap(one => one.properties.policy.rules);
    const settings = of('Microsoft.Web/sites/config').find(one => one.leaf === 'appsettings').properties;
    const isDeletedAfter = (prefix, age, days) => rules.some(({ enabled, definition: { filters, actions } }) =>
      enabled && filters.prefixMatch.join() === prefix && actions.baseBlob.delete[age] === days);
    return [
      !settings.Media__BlobServiceUri?.includes(`/${account}'`) && `The app keeps media elsewhere than in ${account}`,
      ...differences('media.bicep', containers.map(one => one.leaf), 'MediaBlobs.cs', blobContainersOf(world)),
      ...containers.filter(one => one.properties.publicAccess !== 'None').map(one => `Container ${one.leaf} is public`),
      !isDeletedAfter('incoming/', 'daysAfterCreationGreaterThan', 1) && `${account}: uploads aren't deleted after a day`,
      !isDeletedAfter('evidence/', 'daysAfterModificationGreaterThan', 180) && `${account}: evidence isn't deleted after 180 days`,
      rules.some(one => one.definition.filters.prefixMatch.some(prefix => !/^(incoming|evidence)\//.test(prefix)))
        && `${account}: more than uploads and evidence is deleted by its age`,
      blobs.properties.deleteRetentionPolicy.enabled !== false && `${account}: what users delete is kept`,
    ].filter(Boolean);
  }),

  'queues are those of the code': (world, deployed) => {
    const declared = world.json('infra/servicebus.json').UserConfig.Namespaces[0].Queues;
    const used = queuesOf(world);
    return [
      ...differences('infra/servicebus.json', declared.map(queue => queue.Name), 'functions/', used),
      ...deployed().flatMap(({ of }) => {
        const made = of('Microsoft.ServiceBus/namespaces/queues');
        return [
          ...differences('servicebus.bicep', made.map(one => one.leaf), 'functions/', used),
          ...made.flatMap(({ leaf: name, properties }) => {
            const asked = declared.find(queue => queue.Name === name)?.Properties ?? {};
            return [
              ...[
                'LockDuration',
                'MaxDeliveryCount',
                'RequiresDuplicateDetection',
                'RequiresSession',
                'DeadLetteringOnMessageExpiration',
                'DuplicateDetectionHistoryTimeWindow',
              ]
                .filter(key => properties[key[0].toLowerCase() + key.slice(1)] !== asked[key])
                .map(key => `Queue ${name}: ${key} isn't as in infra/servicebus.json`),
              properties.defaultMessageTimeToLive !== 'P14D' && `Queue ${name} doesn't keep messages for 14 days`,
            ];
          }),
        ];
      }),
    ].filter(Boolean);
  },

  'containers are those of the code': (world, deployed) => {
    const { database, containers } = containersOf(world);
    const declared = world.json('infra/cosmos.json');
    // What a host app's data protection asks for by hand is in the documents.
    const code = [...world.code, world.read('docs/data-model.md')].join('\n');
    const keys = {
      conversations: '/conversationId', users: '/userId', moderation: '/caseId', media: '/mediaId', settings: '/type', leases: '/id',
    };
    return [
      ...differences('infra/cosmos.json', declared.containers.map(one => one.id), 'ChatContainers.cs', containers.map(one => one.name)),
      declared.database !== database && `infra/cosmos.json has database ${declared.database}, ChatContainers.cs ${database}`,
      ...declared.containers.flatMap(one => [
        one.partitionKey.paths.join() !== keys[one.id] && `Container ${one.id} isn't partitioned by ${keys[one.id]}`,
        keys[one.id] !== '/id' && one.defaultTtl !== -1 && `Container ${one.id} lets no document expire`,
        keys[one.id] !== '/id' && !one.indexingPolicy.includedPaths.some(({ path }) => path === `${keys[one.id]}/?`)
          && `Container ${one.id} doesn't index its partition key: under an exclude policy a query then loads everybody's documents`,
        ...(keys[one.id] === '/id' ? [] : one.indexingPolicy.includedPaths.filter(({ path }) => path !== `${keys[one.id]}/?`))
          .map(({ path }) => path.replace(/(\/\[\])?\/\?$/, '').slice(1))
          .filter(field => !new RegExp(`\\bc\\.${field}\\b`).test(code))
          .map(field => `Container ${one.id} indexes ${field}, by which nothing is asked`),
      ]),
      ...queriesOf(world).flatMap(query => query.order.length === 0 ? [] : unordered(query, containers, declared.containers)),
      ...deployed().flatMap(({ of }) => {
        const made = of('Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers');
        return [
          of('Microsoft.DocumentDB/databaseAccounts/sqlDatabases')[0].leaf !== database && `cosmos.bicep doesn't make database ${database}`,
          ...differences('cosmos.bicep', made.map(one => one.leaf), 'ChatContainers.cs', containers.map(one => one.name)),
          ...made.filter(
            one => JSON.stringify(one.properties.resource) !== JSON.stringify(declared.containers.find(other => other.id === one.leaf)))
            .map(one => `Container ${one.leaf} isn't as in infra/cosmos.json`),
        ];
      }),
      ...deployed().map(({ of }) => of('Microsoft.DocumentDB/databaseAccounts')[0].properties).flatMap(account => [
        account.enableMultipleWriteLocations !== false && 'The order of a conversation wants one region that writes',
        account.consistencyPolicy.defaultConsistencyLevel !== 'Session' && 'The app passes session tokens, which want session consistency',
        account.backupPolicy.type !== 'Continuous' && 'Backups aren\'t continuous',
      ]),
    ].filter(Boolean);
  },

  'settings are those that code and host read': (world, deployed) => {
    const known = settingsOf(world);
    const required = [...known.values()].filter(one => one.required).map(one => one.name);
    return [
      ...unknownReadsOf(world).map(place => `${place}: reads a setting in a form that the checks don't know`),
      ...deployed().flatMap(({ of }) => {
        const set = Object.keys(of('Microsoft.Web/sites/config').find(one => one.leaf === 'appsettings').properties);
        return [
          ...[...required, ...hostSettings].filter(name => !set.includes(name)).map(name => `functions.bicep doesn't set ${name}`),
          ...set.filter(name => !known.has(name) && !hostSettings.includes(name))
            .map(name => `functions.bicep sets ${name}, which nothing reads`),
          ...set.filter(name => known.get(name)?.secret).map(name => `functions.bicep sets ${name}, which is for development`),
        ];
      }),
    ];
  },

  'settings are explained': world => {
    const known = settingsOf(world);
    const named = rows => new Map(rows.flatMap(cells => [...cells[0].matchAll(/`(\w+)`/g)].map(([, name]) => [name, cells])));
    const explained = named(rowsOf(world, '# Operations'));
    const configured = [...named(rowsOf(world, '## Configure')).keys()];
    const local = ['FUNCTIONS_WORKER_RUNTIME'];
    const sample = world.json('local.settings.sample.json').Values;
    const sampled = [...known.values()].filter(one => !one.secret && !one.host).map(one => one.name)
      .concat('FUNCTIONS_WORKER_RUNTIME', 'AzureWebJobsStorage__accountName');
    const range = one => one.range ? `${one.range[0]}–${one.range[1]}` : '';
    return [
      ...[...known.keys(), ...hostSettings, ...local].filter(name => !explained.has(name))
        .map(name => `${operations} doesn't explain ${name}`),
      ...configured.filter(name => !known.has(name) && !hostSettings.includes(name) && !local.includes(name))
        .map(name => `${operations} explains ${name}, which nothing reads`),
      ...[...known.values()].filter(one => one.default && explained.has(one.name)).flatMap(one => [
        explained.get(one.name)[1] !== `\`${one.default}\`` && `${operations}: the default of ${one.name} is ${one.default}`,
        one.range && explained.get(one.name)[2] !== range(one) && `${operations}: the range of ${one.name} is ${range(one)}`,
        sample[one.name] !== one.default && `local.settings.sample.json: the default of ${one.name} is ${one.default}`,
      ]),
      ...differences('local.settings.sample.json', Object.keys(sample), 'what is read locally', sampled),
    ].filter(Boolean);
  },

  'roles are what their names say': (world, deployed) => {
    const declared = [...values(template(world), 'variables')].flatMap(Object.entries).filter(([, value]) => /^[0-9a-f-]{36}$/.test(value));
    return [
      ...declared.filter(([name, value]) => roles[name] !== value).map(([name, value]) => `rbac.bicep: ${name} isn't ${value}`),
      ...deployed().flatMap(({ of }) => of('Microsoft.Authorization/roleAssignments').flatMap(({ id, properties }) => {
        const role = Object.keys(roles).find(name => properties.roleDefinitionId.endsWith(roles[name]));
        const scope = /^\[extensionResourceId\('([^']+)'|^(.*)\/providers\/Microsoft.Authorization\//
          .exec(id)?.slice(1).find(Boolean) ?? '';
        const kinds = { storage: /storageAccounts/, monitoring: /components/, serviceBus: /namespaces/, signalR: /signalR/ };
        const fits = kinds[role?.match(/^(storage|monitoring|serviceBus|signalR)/)[0]];
        const isApp = properties.principalType === 'ServicePrincipal';
        return [
          !fits?.test(scope) && `${role} is given on ${scope || 'everything'}`,
          role === 'storageBlobDataContributor' && !/containers/.test(scope) && `The app is ${role} of more than containers: ${scope}`,
          isApp && role?.startsWith('serviceBus') && !/queues/.test(scope) && `The app is ${role} of more than its queues: ${scope}`,
        ];
      })),
      ...deployed().flatMap(({ of }) => of('Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments')
        .filter(one => !/\/dbs\/\w+$/.test(one.properties.scope))
        .map(one => `${one.properties.principalId} gets more than the database: ${one.properties.scope}`)),
    ].filter(Boolean);
  },

  'there are no secrets': (world, deployed) => [
    ...(world.read('compiled/template.json').match(/\b(list[A-Z]\w*|getSecret)\(/g) ?? []).map(call => `${call}) reads a secret`),
    ...(world.read('compiled/template.json').match(/\b(AccountKey|SharedAccessKey|AccessKey)=/g) ?? [])
      .map(part => `${part} is of a connection string`),
    ...[...values(template(world), 'outputs')].flatMap(Object.entries)
      .filter(([name, { type }]) => /^secure/i.test(type) || /connectionString|key|secret/i.test(name))
      .map(([name]) => `Output ${name} may be a secret`),
    ...deployed().flatMap(({ of }) => {
      const closed = [
        ['Microsoft.ServiceBus/namespaces', 'disableLocalAuth', true],
        ['Microsoft.DocumentDB/databaseAccounts', 'disableLocalAuth', true],
        ['Microsoft.SignalRService/signalR', 'disableLocalAuth', true],
        ['Microsoft.Insights/components', 'DisableLocalAuth', true],
        ['Microsoft.Storage/storageAccounts', 'allowSharedKeyAccess', false],
        ['Microsoft.Storage/storageAccounts', 'allowBlobPublicAccess', false],
      ];
      return closed.flatMap(([type, property, value]) => of(type).filter(one => one.properties[property] !== value).map(
        one => `${one.id}: ${property} isn't ${value}`));
    }),
  ].filter(Boolean),

  'old TLS is refused': (_, deployed) => deployed().flatMap(({ of }) => [
    ['Microsoft.ServiceBus/namespaces', one => one.minimumTlsVersion === '1.2'],
    ['Microsoft.DocumentDB/databaseAccounts', one => one.minimalTlsVersion === 'Tls12'],
    ['Microsoft.Storage/storageAccounts', one => one.minimumTlsVersion === 'TLS1_2' && one.supportsHttpsTrafficOnly],
    ['Microsoft.Web/sites', one => one.httpsOnly && one.siteConfig.minTlsVersion === '1.2' && one.siteConfig.scmMinTlsVersion === '1.2'],
  ].flatMap(([type, isSafe]) => of(type).filter(one => !isSafe(one.properties)).map(one => `${one.id} takes less than TLS 1.2`))),

  'SignalR is serverless and calls nobody': (_, deployed) => deployed()
    .flatMap(({ of }) => of('Microsoft.SignalRService/signalR').flatMap(({ id, properties }) => [
      !properties.features.some(one => one.flag === 'ServiceMode' && one.value === 'Serverless') && `${id} isn't serverless`,
      properties.upstream?.templates?.length > 0 && `${id} calls an upstream`,
    ]))
    .filter(Boolean),

  'instances that are ready are of functions': (world, deployed) => {
    const functions = functionsOf(world);
    return deployed().flatMap(({ profile, of }) => {
      const { alwaysReady: ready, triggers } = of('Microsoft.Web/sites')[0].properties.functionAppConfig.scaleAndConcurrency;
      const concurrency = triggers?.http?.perInstanceConcurrency;
      return [
        !(concurrency >= 100)
          && `${profile}: an instance takes ${concurrency ?? '4 or 16'} requests at a time, so that a busy conversation has many writers`,
        !world.read(operations).includes(`${concurrency} requests at a time`)
          && `${operations} doesn't say how many requests an instance takes`,
        ...ready.filter(({ name }) => name !== 'http' && !functions.includes(name.replace(/^function:/, '')))
          .map(({ name }) => `There is no function for ${name}`),
        !['function:DeliverEntries', 'function:FanOutToMembers', 'function:ProjectInboxes']
          .every(name => ready.some(one => one.name === name && one.instanceCount >= 1))
          && `In ${profile} nothing is ready to deliver`,
        profile === 'prod'
          && !['http', 'function:DeliverEntries', 'function:FanOutToMembers', 'function:ProjectInboxes']
            .every(name => ready.some(one => one.name === name && one.instanceCount >= 2))
          && 'In production two instances of each group are to be ready',
      ];
    }).filter(Boolean);
  },

  'host and app run what was built': (world, deployed) => {
    const host = world.json('host.json');
    const framework = /<TargetFramework>net(\d+\.\d+)</.exec(world.read('Directory.Build.props'))[1];
    return [
      host.telemetryMode !== 'OpenTelemetry' && `host.json: telemetryMode is ${host.telemetryMode}`,
      !world.read(operations).includes(`${host.extensions.serviceBus.maxConcurrentCalls} concurrent calls`)
        && `${operations} doesn't say how many concurrent calls host.json allows`,
      ...deployed().map(({ of }) => of('Microsoft.Web/sites')[0].properties.functionAppConfig.runtime)
        .filter(({ name, version }) => name !== 'dotnet-isolated' || version !== framework)
        .map(({ name, version }) => `The app is built for ${framework}, and runs on ${name} ${version}`),
    ].filter(Boolean);
  },

  'only the build with the packages is published': world => {
    const [, property, value] = /<Target Name="RefuseToPublishStandIns"[^>]* Condition="'\$\((\w+)\)' != '(\w+)'"/
      .exec(world.read('functions/Chat.Functions.csproj')) ?? [];
    const argument = `-p:${property}=${value}`;
    return [
      !new RegExp(`prepackage:[^]*\\brun: azd env set ${property} ${value}\\n`).test(world.read('azure.yaml'))
        && `azure.yaml doesn't set ${property} to ${value} before it packages`,
      !new RegExp(`^ +${property}: ${value}$`, 'm').test(world.read('.github/workflows/deploy.yml'))
        && `deploy.yml doesn't set ${property} to ${value}`,
      ...['.github/workflows/ci.yml', operations].filter(path => !world.read(path).includes(argument))
        .map(path => `${path} doesn't publish with ${argument}`),
      ...['.github/workflows/ci.yml', '.github/workflows/deploy.yml', operations, 'azure.yaml'].flatMap(path =>
        [...world.read(path).matchAll(/dotnet publish functions[^\n`]*/g)].filter(([command]) => !command.includes(argument))
          .map(([command]) => `${path}: ${command} publishes stand-ins`)),
    ].filter(Boolean);
  },

  'CI tests what it published': world => {
    const path = '.github/workflows/ci.yml';
    const [, folder, after] = /dotnet publish functions [^\n]*-o (\S+)\n([^]*)/.exec(world.read(path)) ?? [];
    const [, variable] = /GetEnvironmentVariable\("(\w+)"\)/.exec(world.read('tests/Chat.Functions.Acceptance/Builds/AppBuild.cs')) ?? [];
    const test = `- run: ${variable}=${folder} dotnet test tests/Chat.Functions.Acceptance --no-build`
      + ' --filter FullyQualifiedName~When_the_app_is_built\n';
    return after?.includes(test) ? [] : [`${path} doesn't go on with ${test.trim()}`];
  },

  "local/README.md explains the local Azure's folders": world => {
    const path = 'local/README.md';
    const folders = [...new Set(world.list('local', '.cs').map(file => /^local\/(\w+)\//.exec(file)?.[1]).filter(Boolean))];
    return differences('local', folders, path, [...world.read(path).matchAll(/^\| `(\w+)\/` \|/gm)].map(([, name]) => name));
  },

  'workflows are pinned and may little': world => world.list('.github/workflows', '.yml').flatMap(path => {
    const text = world.read(path);
    return [
      ...[...text.matchAll(/uses: (?!\.\/)(\S+)(.*)/g)]
        .filter(([, action, note]) => !/@[0-9a-f]{40}$/.test(action) || !/^ # v\d/.test(note))
        .map(([, action]) => `${path}: ${action} isn't pinned by its commit, with its version beside`),
      !/^permissions:\n {2}contents: read\n(?! )/m.test(text) && `${path} may more than read`,
      ...[...text.matchAll(/\b([a-z-]+): write\b/g)].filter(([, scope]) => scope !== 'id-token')
        .map(([, scope]) => `${path} may write ${scope}`),
      /secrets\./.test(text) && `${path} uses a secret`,
    ].filter(Boolean);
  }),

  'alerts have a way out': (world, deployed) => deployed().flatMap(({ profile, of }) => {
    const made = [...of('Microsoft.Insights/metricAlerts'), ...of('Microsoft.Insights/scheduledQueryRules')];
    const names = made.map(one => one.leaf.replace(/-[^-]+$/, ''));
    const explained = [...world.read(operations).matchAll(/^### Alert (\S+)$/gm)].map(([, name]) => name);
    return [
      profile === 'prod' && made.length === 0 && 'There are no alerts in production',
      ...(profile === 'prod' ? differences('alerts.bicep', names, operations, explained) : []),
      ...made.filter(one => !JSON.stringify(one.properties.actions ?? '').includes('actionGroups/'))
        .map(one => `Alert ${one.leaf} tells nobody`),
    ].filter(Boolean);
  }),

  'what is looked for in the log is logged': (world, deployed) => {
    const log = world.list('functions', '.cs').map(path => world.read(path)).join('\n');
    const said = [...log.matchAll(/\[LoggerMessage\([^"]*"([^"]*)"/g)].map(([, message]) => message);
    return deployed().flatMap(({ of }) => [
      ...of('Microsoft.Insights/scheduledQueryRules').map(one => one.properties.criteria.allOf[0].query),
      ...of('Microsoft.Insights/workbooks')
        .flatMap(one => [...one.properties.serializedData.matchAll(/"query":\s*"((?:[^"\\]|\\.)*)"/g)].map(([, query]) => query)),
    ]).flatMap(query => query.split(' or ')).flatMap(query => {
      const words = [...query.matchAll(/message has ["']([^"']+)["']/g)].map(([, word]) => word);
      return said.some(message => words.every(word => message.includes(word))) ? [] : [`Nothing logs what has ${words.join(' and ')}`];
    });
  },

  'the workbook names what was made': (world, deployed) => deployed().flatMap(({ of, resources }) => {
    const functions = functionsOf(world);
    const text = of('Microsoft.Insights/workbooks')[0].properties.serializedData;
    const named = [...new Set([...text.matchAll(/\/subscriptions\/[^"\\]+/g)].map(([id]) => id))];
    const ids = resources.map(one => one.id);
    return [
      ...[...text.matchAll(/\{\w+\}/g)].map(([left]) => `The workbook has ${left} in it`),
      ...named.filter(id => !ids.includes(id)).map(id => `The workbook names ${id}, which isn't made`),
      ...[...text.matchAll(/name (?:== |in \()('\w+'(?:, '\w+')*)/g)].flatMap(([, list]) => list.split(', ')).map(name => name.slice(1, -1))
        .filter(name => !functions.includes(name)).map(name => `The workbook asks for the function ${name}, which isn't there`),
      named.length === 0 && 'The workbook names nothing that was made',
      JSON.parse(text).version !== 'Notebook/1.0' && 'The workbook isn\'t of version Notebook/1.0',
    ].filter(Boolean);
  }),

  'the emulators run what is declared': world => {
    const compose = world.read('infra/emulators/compose.yaml');
    return [
      ...[...compose.matchAll(/^ +- (\.\.?\/\S+?):/gm)]
        .map(([, path]) => new URL(path, 'file:///infra/emulators/').pathname.slice(1))
        .filter(path => !world.exists(path))
        .map(path => `compose.yaml mounts ${path}, which isn't there`),
      !/\.\.\/servicebus\.json:\/ServiceBus_Emulator\/ConfigFiles\/Config\.json/.test(compose)
        && 'compose.yaml doesn\'t give infra/servicebus.json to the emulator',
      ...world.json('infra/servicebus.json').UserConfig.Namespaces[0].Queues.flatMap(({ Name, Properties }) => [
        Properties.DefaultMessageTimeToLive !== 'PT1H' && `Queue ${Name}: the emulator keeps messages for an hour at most`,
        Properties.MaxDeliveryCount > 10 && `Queue ${Name}: the emulator delivers ten times at most`,
      ]),
    ].filter(Boolean);
  },
};

export const names = Object.keys(checks);

/** What is under a name, anywhere in a template and the templates inside it. */
function* values(node, name) {
  if (node === null || typeof node !== 'object') return;
  for (const [key, value] of Object.entries(node)) {
    if (key === name && !Array.isArray(value)) yield value;
    yield* values(value, name);
  }
}

/** The account where the app keeps media: that without a container for deployments. */
function mediaOf(of) {
  const all = of('Microsoft.Storage/storageAccounts/blobServices/containers');
  const host = all.find(one => one.leaf === 'deployments').name.split('/')[0];
  const isMedia = one => one.name.split('/')[0] !== host;
  return {
    account: of('Microsoft.Storage/storageAccounts').find(isMedia).name,
    blobs: of('Microsoft.Storage/storageAccounts/blobServices').find(isMedia),
    containers: all.filter(isMedia),
  };
}

/** What one has and the other hasn't, both ways. */
function differences(here, ours, there, theirs) {
  return [
    ...ours.filter(name => !theirs.includes(name)).map(name => `${here} has ${name}, which ${there} hasn't`),
    ...theirs.filter(name => !ours.includes(name)).map(name => `${there} has ${name}, which ${here} hasn't`),
  ];
}

/** Ordering wants an index: of the field, or of all fields together. Cosmos DB always has those of id and _ts. */
function unordered({ path, containers: asked, order }, known, declared) {
  const candidates = declared.filter(
    one => asked.length === 0 || known.some(({ name, property }) => name === one.id && asked.includes(property)));
  const isOrdered = ({ indexingPolicy: policy }) => order.length === 1
    ? ['/id', '/_ts'].includes(order[0].path) || policy.includedPaths.some(one => one.path === `${order[0].path}/?`)
    : policy.compositeIndexes?.some(index => JSON.stringify(index) === JSON.stringify(order));
  return candidates.some(isOrdered) ? [] : [`${path} orders by ${order.map(one => one.path).join(' and ')}, which no container indexes`];
}

/** The rows of all tables under a heading and its subheadings, as their cells. */
function rowsOf(world, heading) {
  const text = world.read(operations);
  const start = text.indexOf(`${heading}\n`);
  const end = text.indexOf(`\n${heading.split(' ')[0]} `, start + 1);
  return text.slice(start, end < 0 ? undefined : end).split('\n').filter(line => /^\| `/.test(line))
    .map(line => line.split('|').slice(1, -1).map(cell => cell.trim()));
}

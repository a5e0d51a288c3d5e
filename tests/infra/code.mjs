// What the app's sources say about what it needs. They keep to a few forms, which these expressions know.

const one = (text, expression) => expression.exec(text)?.[1];

/** The functions' names. */
export function functionsOf(world) {
  return world.code.flatMap(text => [...text.matchAll(/\[Function\(nameof\((\w+)\)\)\]/g)].map(([, name]) => name));
}

/** The queues that are sent to and received from, by name. */
export function queuesOf(world) {
  const named = new Map(world.code.flatMap(text =>
    [...text.matchAll(/record (\w+)[^;{]*?\s*\{?[^{}]*?public const string Queue = "(\w+)";/g)].map(([, type, name]) => [type, name])));
  const used = new Set(
    world.code.flatMap(text => [...text.matchAll(/(?:CreateSender|ServiceBusTrigger)\((\w+)\.Queue\b/g)].map(([, type]) => type)));
  return [...used].map(type => named.get(type) ?? `(${type}.Queue)`).sort();
}

/** The containers by the app's name for them, with the database. */
export function containersOf(world) {
  const text = world.read('functions/Shared/ChatContainers.cs');
  return {
    database: one(text, /const string Database = "(\w+)"/),
    containers: [...text.matchAll(/const string (\w+)Name = "(\w+)"/g)].map(([, property, name]) => ({ property, name })),
  };
}

/** The containers of blobs, by name. */
export function blobContainersOf(world) {
  const text = world.read('functions/Media/MediaBlobs.cs');
  return [...text.matchAll(/GetBlobContainerClient\((\w+)\)/g)]
    .map(([, constant]) => one(text, new RegExp(`string ${constant} = "(\\w+)"`)));
}

/** The queries: their text, and which containers their file reads. */
export function queriesOf(world) {
  return world.list('functions', '.cs').flatMap(path => {
    const text = world.read(path);
    const containers = [...new Set([...text.matchAll(/[cC]ontainers\.(\w+)\s*\./g)].map(([, property]) => property))];
    return [...text.matchAll(/\bORDER BY ([\w., ]+)/g)].map(([, order]) => ({
      path,
      containers,
      order: order.trim().split(',')
        .map(field => ({ path: `/${/c\.(\w+)/.exec(field)[1]}`, order: / DESC/.test(field) ? 'descending' : 'ascending' })),
    }));
  });
}

/** The settings that the app reads: `required` in Azure; the rest with default and range. */
export function settingsOf(world) {
  const settings = new Map();
  const add = (name, setting) => settings.set(name, { name, ...setting });
  const all = world.code;
  for (const text of all) {
    for (const [, type, section] of text.matchAll(/GetValidated<(\w+)>\("([\w:]+)"\)/g)) {
      optionsOf(all, type).forEach(({ name, ...setting }) => add(`${section.replace(':', '__')}__${name}`, setting));
    }

    for (const [, prefix] of text.matchAll(/AddHostAddress<\w+>\(configuration, "([\w:]+)"\)/g)) {
      for (const name of ['Url', 'Key']) add(`${prefix.replaceAll(':', '__')}${name}`, {});
    }

    const connection = one(text, /const string Connection = "(\w+)"/);
    for (const [, member] of text.matchAll(/Required\(\$"\{Connection\}:(\w+)"\)/g)) {
      add(`${connection}__${member}`, { required: true });
      add(connection, { secret: true });
    }

    for (const [, name, value] of text.matchAll(/GetValue\("([\w:]+)", \w+\.(\w+)\)/g)) add(name.replace(':', '__'), { default: value });
    for (const [, name] of text.matchAll(/onfiguration\["([\w:]+)"\]/g)) add(name.replace(':', '__'), {});
    for (const [, constant] of text.matchAll(/onfiguration\[(\w+)\]/g)) {
      const name = one(text, new RegExp(`const string ${constant} = "(\\w+)"`));
      if (constant !== 'Connection' && name) add(name, {});
    }
    if (text.includes('new DefaultAzureCredential()')) add('AZURE_CLIENT_ID', { required: true });
    if (text.includes('GetSection("Auth")')) {
      const development = new Set(['SigningKey', 'Issuer']);
      optionsOf(all, 'AuthOptions')
        .forEach(({ name }) => add(`Auth__${name}`, development.has(name) ? { secret: true } : { required: true }));
    }
  }

  add('AzureSignalRConnectionString__serviceUri', { required: true });
  add('AzureSignalRConnectionString', { secret: true });
  for (const connection of ['Cosmos', 'ServiceBus', 'AzureSignalRConnectionString']) {
    add(`${connection}__credential`, { required: true, host: true });
    add(`${connection}__clientId`, { required: true, host: true });
  }

  return settings;
}

/** Where the app reads settings in a form that settingsOf doesn't know. */
export function unknownReadsOf(world) {
  const known = /onfiguration\["[\w:]+"\]|\.GetValue\("[\w:]+", \w+\.\w+\)|\.GetSection\("Auth"\)/;
  const isKnown = (text, line) => known.test(line) || text.includes(`const string ${one(line, /onfiguration\[(\w+)\]/)} = "`);
  const readers = ['functions/Shared/Settings.cs', 'functions/Hooks/HostAddress.cs'];
  return world.list('functions', '.cs').filter(path => !readers.includes(path)).flatMap(path => {
    const text = world.read(path);
    return text.split('\n')
      .map((line, index) => ({ place: `${path}:${index + 1}`, line }))
      .filter(({ line }) => /onfiguration\[|onfiguration\.Get(Value|Section)\b|GetEnvironmentVariable/.test(line) && !isKnown(text, line))
      .map(({ place }) => place);
  });
}

/** What the host reads in Azure beside the app's connections; its own runtime's name only elsewhere. */
export const hostSettings = [
  'AzureWebJobsStorage__accountName',
  'AzureWebJobsStorage__credential',
  'AzureWebJobsStorage__clientId',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED',
];

function optionsOf(all, type) {
  const text = all.find(source => new RegExp(`record ${type}\\b`).test(source));
  const body = text.slice(text.search(new RegExp(`record ${type}\\b`)));
  return [...body.matchAll(/(?:\[(Range|AllowedValues)\(([^\]]*)\)\]\s*)?public [\w?]+ (\w+) \{ get; init; \}(?: = ([^;]+);)?/g)]
    .map(([, kind, bounds, name, value]) => ({
      name,
      default: value && plain(value),
      range: kind === 'Range' ? rangeOf(bounds) : undefined,
      // One of some words, and none of them by itself.
      required: kind === 'AllowedValues' && !value,
    }));
}

const rangeOf = range => range.replace(/^typeof\(TimeSpan\), /, '').split(', ').map(plain);

/** A C# value as settings write it. */
function plain(text) {
  const [, unit, amount] = /^TimeSpan\.From(\w+)\((\d+)\)$/.exec(text) ?? [];
  if (unit === 'Days') return `${amount}.00:00:00`;
  if (unit) {
    const seconds = amount * { Seconds: 1, Minutes: 60, Hours: 3600 }[unit];
    return [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(part => String(Math.floor(part)).padStart(2, '0')).join(':');
  }

  const product = /^(\d+) \* (\d+)$/.exec(text);
  return product ? String(product[1] * product[2]) : text.replaceAll('"', '').replace('int.MaxValue', '2147483647');
}

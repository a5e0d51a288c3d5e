// Makes types.json: what Azure's published type data says about the resource types that infra/ deploys, without descriptions.
// node reduce-types.mjs PATH, where PATH holds the `generated` folder of github.com/Azure/bicep-types-az, or some of its types.json.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const used = [
  'Microsoft.Authorization/roleAssignments@2022-04-01',
  'Microsoft.DocumentDB/databaseAccounts@2025-10-15',
  'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2025-10-15',
  'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2025-10-15',
  'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2025-10-15',
  'Microsoft.Insights/actionGroups@2023-01-01',
  'Microsoft.Insights/components@2020-02-02',
  'Microsoft.Insights/metricAlerts@2018-03-01',
  'Microsoft.Insights/scheduledQueryRules@2023-12-01',
  'Microsoft.Insights/workbooks@2023-06-01',
  'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30',
  'Microsoft.OperationalInsights/workspaces@2025-07-01',
  'Microsoft.Resources/resourceGroups@2024-11-01',
  'Microsoft.ServiceBus/namespaces@2024-01-01',
  'Microsoft.ServiceBus/namespaces/queues@2024-01-01',
  'Microsoft.SignalRService/signalR@2024-03-01',
  'Microsoft.Storage/storageAccounts@2025-08-01',
  'Microsoft.Storage/storageAccounts/blobServices@2025-08-01',
  'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01',
  'Microsoft.Web/serverfarms@2025-03-01',
  'Microsoft.Web/sites@2025-03-01',
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01',
  'Microsoft.Web/sites/config@2025-03-01',
];

const [, , path] = process.argv;
const files = readdirSync(path, { recursive: true }).map(String).filter(file => file.endsWith('types.json')).sort();
const table = {};
for (const file of files) {
  const types = JSON.parse(readFileSync(join(path, file), 'utf8'));
  for (const type of types) {
    if (type.$type === 'ResourceType' && used.includes(type.name)) {
      table[type.name] = reduce(types, type.body.$ref, new Set());
    }
  }
}

const missing = used.filter(name => !(name in table));
if (missing.length > 0) {
  console.log(`Not found: ${missing.join(', ')}`);
  process.exit(1);
}

const lines = used.map(name => `  ${JSON.stringify(name)}: ${JSON.stringify(table[name])}`);
writeFileSync(join(import.meta.dirname, 'types.json'), `{\n${lines.join(',\n')}\n}\n`);

/** A type as what a check asks of it. Inside itself a type is only said to be anything. */
function reduce(types, reference, around) {
  const index = Number(reference.slice('#/'.length));
  if (around.has(index)) return {};
  const within = new Set(around).add(index);
  const inner = ref => reduce(types, ref.$ref, within);
  const fields = properties => Object.fromEntries(Object.entries(properties).map(([name, { type, flags }]) => [
    name,
    { ...(flags & 1 && { required: true }), ...(flags & 2 && { readOnly: true }), ...inner(type) },
  ]));
  const type = types[index];
  switch (type.$type) {
    case 'StringType': return { is: 'string', ...(type.pattern && { pattern: type.pattern }), ...lengths(type) };
    case 'IntegerType': return { is: 'number', ...(type.minValue !== undefined && { least: type.minValue }), ...(type.maxValue !== undefined && { most: type.maxValue }) };
    case 'BooleanType': return { is: 'boolean' };
    case 'StringLiteralType': return { is: 'string', oneOf: [type.value] };
    case 'UnionType': return union(type.elements.map(inner));
    case 'ArrayType': return { is: 'array', items: inner(type.itemType) };
    case 'ObjectType': return { is: 'object', fields: fields(type.properties), ...(type.additionalProperties && { others: inner(type.additionalProperties) }) };
    case 'DiscriminatedObjectType': return {
      is: 'object',
      fields: fields(type.baseProperties),
      by: type.discriminator,
      kinds: Object.fromEntries(Object.entries(type.elements).map(([value, ref]) => [value, inner(ref)])),
    };
    default: return {};
  }
}

/** Values of which one is meant, as far as they are known. Azure may come to know more: then make the table anew. */
function union(elements) {
  const names = elements.flatMap(element => element.oneOf ?? []);
  return names.length > 0 ? { is: 'string', oneOf: names } : { is: elements[0].is };
}

function lengths({ minLength, maxLength }) {
  return { ...(minLength !== undefined && { shortest: minLength }), ...(maxLength !== undefined && { longest: maxLength }) };
}

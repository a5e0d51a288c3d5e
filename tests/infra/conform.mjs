// Whether a resource is written as its type says: known properties, all that are required, none that only Azure writes, legal values.
import { Known } from './evaluate.mjs';

/** What is wrong, in sentences without a place. */
export function conform(type, value, path = '') {
  if (value === null || !type.is) return [];
  if (value instanceof Known) return !value.type.is || value.type.is === type.is ? [] : [`${path} is ${type.is}, not ${value.type.is}`];
  const is = Array.isArray(value) ? 'array' : typeof value;
  if (is !== type.is) return [`${path} is ${type.is}, not ${is}`];
  switch (is) {
    case 'array': return value.flatMap((item, index) => conform(type.items, item, `${path}[${index}]`));
    case 'object': return object(type, value, path);
    case 'number': return value < (type.least ?? value) || value > (type.most ?? value) ? [`${path} is ${value}, which isn't from ${type.least} to ${type.most}`] : [];
    case 'string': return text(type, value, path);
    default: return [];
  }
}

function object(type, value, path) {
  const kind = type.by ? type.kinds[value[type.by]] : null;
  if (type.by && !kind) return [`${path}.${type.by} is ${value[type.by]}, not one of ${Object.keys(type.kinds).join(', ')}`];
  const fields = { ...type.fields, ...kind?.fields };
  const others = type.others ?? kind?.others;
  return [
    ...Object.entries(fields).filter(([name, field]) => field.required && !(name in value)).map(([name]) => `${path}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const field = fields[name] ?? others;
      if (!field) return [`${path}.${name} doesn't exist`];
      if (field.readOnly) return [`${path}.${name} is for Azure to write`];
      return conform(field, inner, `${path}.${name}`);
    }),
  ];
}

function text(type, value, path) {
  if (value.includes('<')) return [];
  return [
    type.oneOf && !type.oneOf.includes(value) && `${path} is '${value}', not one of ${type.oneOf.join(', ')}`,
    type.pattern && !new RegExp(type.pattern).test(value) && `${path} is '${value}', against ${type.pattern}`,
    value.length < type.shortest && `${path} is shorter than ${type.shortest}`,
    value.length > type.longest && `${path} is longer than ${type.longest}`,
  ].filter(Boolean);
}

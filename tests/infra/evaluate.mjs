// Works templates out as Resource Manager would, into the resources that they make; what Azure alone knows stays a Known.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path/posix';
import { literal, part, propertiesOf, where } from './bicep.mjs';

/** A value that only Azure knows, of a type that is known. In a string it shows where it comes from. */
export class Known {
  constructor(type, path) {
    Object.assign(this, { type, path });
  }

  toString() {
    return `<${this.path}>`;
  }
}

const subscription = '/subscriptions/00000000-0000-0000-0000-000000000000';

/**
 * The resources and outputs of a template and of its modules.
 * `world` has `template(path)` and `read(path)`, `types` what resources have; problems go to `problems`.
 */
export function evaluate({ world, types, file, parameters, problems, group = null }) {
  const template = world.template(file);
  const byName = new Map(template.declarations.filter(one => one.kind !== 'output').map(one => [one.name, one]));
  const values = new Map();
  const resources = [];
  const say = (node, text) => problems.push(`${where(file, node)}: ${text}`);

  for (const one of template.declarations.filter(one => one.kind === 'param')) values.set(one.name, parameter(one));
  for (const { kind, name } of byName.values()) if (kind !== 'param') valueOf(name);
  const outputs = Object.fromEntries(template.declarations.filter(one => one.kind === 'output').map(one => [one.name, work(one.value, new Map())]));
  return { resources, outputs };

  function parameter(one) {
    const given = parameters[one.name];
    const value = given ?? (one.value ? work(one.value, new Map()) : undefined);
    if (value === undefined) {
      say(one.node, `parameter ${one.name} isn't given`);
      return '';
    }

    if (!(value instanceof Known)) {
      const is = { bool: 'boolean', int: 'number' }[one.type] ?? one.type;
      const has = Array.isArray(value) ? 'array' : typeof value;
      if (has !== is) say(one.node, `parameter ${one.name} is ${one.type}, and gets ${JSON.stringify(value)}`);
      for (const { name, argument } of one.decorators) {
        const limit = argument && name !== 'description' ? work(argument, new Map()) : null;
        const isWrong = {
          allowed: () => !limit.includes(value),
          minValue: () => value < limit,
          maxValue: () => value > limit,
          minLength: () => value.length < limit,
          maxLength: () => value.length > limit,
          description: () => false,
        }[name];
        if (!isWrong || isWrong()) say(one.node, `parameter ${one.name} gets ${JSON.stringify(value)}, against @${name}`);
      }
    }

    return value;
  }

  function valueOf(name) {
    if (!values.has(name)) {
      const one = byName.get(name);
      values.set(name, undefined);
      values.set(name, { var: () => work(one.value, new Map()), resource: () => make(one, resource), module: () => make(one, module) }[one.kind]());
    }

    return values.get(name);
  }

  /** One, none by a condition, or one for each item. */
  function make(one, create) {
    const of = (node, scope) => {
      if (node.type === 'if_statement') {
        const [condition, body] = node.namedChildren;
        return work(condition, scope) ? create(one, body, scope) : null;
      }

      return create(one, node, scope);
    };
    return one.value.type === 'for_statement' ? loop(one.value, new Map(), of) : of(one.value, new Map());
  }

  function loop(node, scope, of) {
    const parameters = node.namedChildren.find(child => child.type === 'for_loop_parameters')?.namedChildren ?? [node.childForFieldName('initializer')];
    const body = node.childForFieldName('body');
    const items = work(node.namedChildren.filter(child => !child.type.endsWith('comment')).at(-2), scope);
    return items.map((item, index) => of(body, new Map(scope).set(parameters[0].text, item).set(parameters[1]?.text, index))).filter(made => made !== null);
  }

  function resource(one, body, scope) {
    const written = work(body, scope);
    const [type] = one.type.split('@');
    const { parent, scope: at, ...properties } = written;
    const name = parent ? `${parent.name}/${written.name}` : written.name;
    if (parent && parent.type.split('@')[0] !== type.slice(0, type.lastIndexOf('/'))) say(body, `${one.name} can't be in a ${parent.type}`);
    if (String(name).split('/').length !== type.split('/').length - 1) say(body, `${one.name} wants a parent`);
    const made = {
      is: 'resource',
      type: one.type,
      file,
      node: body,
      symbol: one.name,
      isExisting: one.isExisting,
      scope: at ?? null,
      properties,
      name,
      id: idOf(type, name),
    };
    if (!one.isExisting) resources.push(made);
    return made;
  }

  function idOf(type, name) {
    const [provider, ...segments] = type.split('/');
    const names = String(name).split('/');
    const path = segments.map((segment, index) => `${segment}/${names[index]}`).join('/');
    return type === 'Microsoft.Resources/resourceGroups' ? `${subscription}/resourceGroups/${name}` : `${subscription}/resourceGroups/${group}/providers/${provider}/${path}`;
  }

  function module(one, body, scope) {
    const written = work(body, scope);
    const path = join(dirname(file), one.path);
    if (!world.exists(path)) {
      say(body, `there is no ${path}`);
      return { is: 'module', outputs: {} };
    }

    if (template.scope === 'subscription' && written.scope?.type?.split('@')[0] !== 'Microsoft.Resources/resourceGroups') say(body, `module ${one.name} wants the resource group as its scope`);
    const inner = evaluate({ world, types, file: path, parameters: written.params ?? {}, problems, group: written.scope?.name ?? group });
    resources.push(...inner.resources);
    return { is: 'module', outputs: inner.outputs };
  }

  function work(node, scope) {
    switch (node.type) {
      case 'string': return node.namedChildren.map(child => (child.type === 'interpolation' ? work(child.namedChildren[0], scope) : part(child))).join('');
      case 'number': return Number(node.text);
      case 'boolean': return node.text === 'true';
      case 'null': return null;
      case 'identifier': return scope.has(node.text) ? scope.get(node.text) : byName.has(node.text) ? valueOf(node.text) : undefined;
      case 'parenthesized_expression': return work(node.namedChildren[0], scope);
      case 'array': return node.namedChildren.filter(child => !child.type.endsWith('comment')).map(child => work(child, scope));
      case 'object': return Object.fromEntries(propertiesOf(node).map(({ key, value, name }) => [name ?? work(key, scope), work(value, scope)]));
      case 'for_statement': return loop(node, scope, work);
      case 'ternary_expression': return work(node.childForFieldName(work(node.childForFieldName('condition'), scope) ? 'consequence' : 'alternative'), scope);
      case 'unary_expression': return node.text.startsWith('!') ? !work(node.namedChildren[0], scope) : -work(node.namedChildren[0], scope);
      case 'binary_expression': return binary(node, scope);
      case 'member_expression': return member(node, scope);
      case 'subscript_expression': return work(node.childForFieldName('object'), scope)?.[work(node.childForFieldName('index'), scope)];
      case 'call_expression': return call(node, scope);
      default: say(node, `${node.type} isn't known to the checks`); return null;
    }
  }

  function binary(node, scope) {
    const left = work(node.childForFieldName('left'), scope);
    const right = () => work(node.childForFieldName('right'), scope);
    switch (node.childForFieldName('operator').text) {
      case '==': return left === right();
      case '!=': return left !== right();
      case '&&': return left && right();
      case '||': return left || right();
      case '>': return left > right();
      case '<': return left < right();
      default: say(node, `${node.text} isn't known to the checks`); return null;
    }
  }

  function member(node, scope) {
    const of = work(node.childForFieldName('object'), scope);
    const name = node.childForFieldName('property').text;
    if (of?.is === 'resource') return name === 'id' ? of.id : name === 'name' ? of.properties.name : known(node, types[of.type], `${of.symbol}.${name}`, name);
    if (of instanceof Known) return known(node, of.type, `${of.path}.${name}`, name);
        if (of?.is === 'module' && name === 'outputs') return of.outputs;
    if (of !== null && typeof of === 'object' && name in of) return of[name];
    say(node, `${node.text}: there is no ${name}`);
    return '';
  }

  function known(node, type, path, name) {
    const found = type?.fields?.[name];
    if (!found) say(node, `${path}: ${name} isn't one of ${Object.keys(type?.fields ?? {}).join(', ')}`);
    return new Known(found ?? {}, path);
  }

  function call(node, scope) {
    const name = node.childForFieldName('function').text;
    const given = node.childForFieldName('arguments').namedChildren.filter(child => !child.type.endsWith('comment'));
    const values = () => given.map(child => work(child, scope));
    const hash = (...texts) => createHash('sha256').update(texts.join('|')).digest('hex');
    const fileOf = () => join(dirname(file), literal(given[0]));
    const functions = {
      empty: ([value]) => value.length === 0 || (typeof value === 'object' && Object.keys(value).length === 0),
      split: ([text, by]) => text.split(by),
      concat: arrays => arrays.flat(),
      union: objects => Object.assign({}, ...objects),
      replace: ([text, from, to]) => text.replaceAll(from, to),
      string: ([value]) => String(value),
      toLower: ([text]) => text.toLowerCase(),
      uniqueString: texts => hash(...texts).slice(0, 13),
      guid: texts => hash(...texts).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5'),
      subscription: () => ({ id: subscription }),
      subscriptionResourceId: ([type, id]) => `${subscription}/providers/${type}/${id}`,
      loadTextContent: () => world.read(fileOf()),
      loadJsonContent: () => JSON.parse(world.read(fileOf())),
    };
    if (!(name in functions)) {
      say(node, `function ${name} isn't known to the checks`);
      return '';
    }

    return functions[name](values());
  }
}

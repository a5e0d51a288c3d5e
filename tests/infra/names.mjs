// Whether the names in a template mean something: each is declared, and what is declared is used.
import { join, dirname } from 'node:path/posix';
import { all, propertiesOf, where } from './bicep.mjs';

export function namesOf(template) {
  const { file, declarations } = template;
  const declared = new Set(declarations.filter(one => one.kind !== 'output').map(one => one.name));
  const used = new Set();
  const problems = [];

  const visit = (node, scope) => {
    switch (node.type) {
      case 'identifier':
        if (!scope.has(node.text) && !declared.has(node.text)) problems.push(`${where(file, node)}: nothing is called ${node.text}`);
        used.add(scope.has(node.text) ? '' : node.text);
        break;
      case 'object_property': {
        const [key, ...rest] = node.namedChildren;
        (key.type === 'identifier' ? rest : node.namedChildren).forEach(child => visit(child, scope));
        break;
      }
      case 'call_expression':
        visit(node.childForFieldName('arguments'), scope);
        break;
      case 'for_statement': {
        const initializer = node.childForFieldName('initializer');
        const parameters = node.namedChildren.find(child => child.type === 'for_loop_parameters');
        const inner = new Set([...scope, ...(initializer ? [initializer] : parameters.namedChildren).map(child => child.text)]);
        node.namedChildren.forEach(child => {
          if (child.id !== initializer?.id && child.id !== parameters?.id) visit(child, inner);
        });
        break;
      }
      default:
        node.namedChildren.forEach(child => visit(child, scope));
    }
  };

  for (const one of declarations) {
    const twice = declarations.filter(other => other.name === one.name && (other.kind === 'output') === (one.kind === 'output')).length > 1;
    if (twice) problems.push(`${where(file, one.node)}: ${one.name} is declared twice`);
    one.decorators.filter(({ argument }) => argument).forEach(({ argument }) => visit(argument, new Set()));
    if (one.value) visit(one.value, new Set());
  }

  for (const { kind, name, node } of declarations) {
    if (['param', 'var'].includes(kind) && !used.has(name)) problems.push(`${where(file, node)}: ${name} is never used`);
  }

  return problems;
}

/** Whether modules are given what they ask for, and asked for what they give. */
export function modulesOf(template, world) {
  const modules = new Map(template.declarations.filter(one => one.kind === 'module').map(one => [one.name, one]));
  const problems = [];
  for (const { name, node, path, value } of modules.values()) {
    const file = join(dirname(template.file), path);
    if (!world.exists(file)) {
      problems.push(`${where(template.file, node)}: there is no ${file}`);
      continue;
    }

    const body = value.type === 'if_statement' ? value.namedChildren[1] : value;
    const given = propertiesOf(propertiesOf(body).find(one => one.name === 'params').value).map(one => one.name);
    const asked = world.template(file).declarations.filter(one => one.kind === 'param');
    problems.push(
      ...given.filter(one => !asked.some(param => param.name === one)).map(one => `${where(template.file, node)}: module ${name} has no parameter ${one}`),
      ...asked.filter(param => !param.value && !given.includes(param.name)).map(param => `${where(template.file, node)}: module ${name} wants parameter ${param.name}`),
    );
  }

  for (const node of all(template.root)) {
    const [, name, output] = node.type === 'member_expression' ? /^(\w+)\.outputs\.(\w+)$/.exec(node.text) ?? [] : [];
    if (!modules.has(name)) continue;
    const file = join(dirname(template.file), modules.get(name).path);
    const gives = world.exists(file) && world.template(file).declarations.some(one => one.kind === 'output' && one.name === output);
    if (!gives) problems.push(`${where(template.file, node)}: module ${name} has no output ${output}`);
  }

  return problems;
}

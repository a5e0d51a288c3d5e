// Reads Bicep: a template is its declarations by name, each with the syntax nodes of what it says.
import { createRequire } from 'node:module';
import { Language, Parser } from 'web-tree-sitter';

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(createRequire(import.meta.url).resolve('tree-sitter-bicep/tree-sitter-bicep.wasm')));

const kinds = {
  parameter_declaration: 'param',
  variable_declaration: 'var',
  resource_declaration: 'resource',
  module_declaration: 'module',
  output_declaration: 'output',
};

/** A file's declarations, and what is wrong with its syntax. */
export function parse(file, text) {
  const { rootNode: root } = parser.parse(text);
  const template = { file, root, declarations: [], problems: syntaxProblems(file, root) };
  let decorators = [];
  for (const node of root.namedChildren) {
    if (node.type === 'decorators') decorators = node.namedChildren.map(decorator);
    else if (node.type in kinds) {
      template.declarations.push(declaration(file, node, decorators));
      decorators = [];
    } else if (node.type === 'target_scope_assignment') template.scope = literal(node.namedChildren[0]);
    else if (!node.type.endsWith('comment') && !node.isError) template.problems.push(`${where(file, node)}: ${node.type} isn't known to the checks`);
  }
  return template;
}

/** File and line of a node. */
export const where = (file, node) => `${file}:${node.startPosition.row + 1}`;

/** A string without interpolation, or null. */
export function literal(node) {
  if (node?.type !== 'string' || node.namedChildren.some(child => child.type === 'interpolation')) return null;
  return node.namedChildren.map(part).join('');
}

/** A piece of a string as it is meant. */
export const part = node => (node.type === 'escape_sequence' ? { "\\'": "'", '\\\\': '\\', '\\n': '\n', '\\r': '\r', '\\t': '\t', '\\$': '$' }[node.text] : node.text);

/** All nodes below, the node itself first. */
export function* all(node) {
  yield node;
  for (const child of node.namedChildren) yield* all(child);
}

/** An object's properties: name, node of the name, node of the value. */
export const propertiesOf = object => object.namedChildren
  .filter(child => child.type === 'object_property')
  .map(child => {
    const [key, value] = child.namedChildren.filter(node => !node.type.endsWith('comment'));
    return { key, value, name: key.type === 'string' ? literal(key) : key.text };
  });

function declaration(file, node, decorators) {
  const parts = node.namedChildren.filter(child => !child.type.endsWith('comment'));
  const kind = kinds[node.type];
  const base = { kind, file, node, decorators, name: parts[0].text, value: parts.at(-1) };
  switch (kind) {
    case 'param': return { ...base, type: parts[1].text, value: parts[2] ?? null };
    case 'output': return { ...base, type: parts[1].text };
    case 'resource': return { ...base, type: literal(parts[1]), isExisting: node.children.some(child => child.text === 'existing') };
    case 'module': return { ...base, path: literal(parts[1]) };
    default: return base;
  }
}

function decorator(node) {
  const call = node.namedChildren[0];
  return { name: call.childForFieldName('function').text, argument: call.childForFieldName('arguments').namedChildren[0] ?? null };
}

/** What the grammar refuses, and what it lets pass though Bicep doesn't: members on one line want commas, declarations lines of their own. */
function syntaxProblems(file, root) {
  const problems = [];
  const visit = node => {
    if (node.isError || node.isMissing) {
      problems.push(`${where(file, node)}: can't be read: ${node.text.slice(0, 40) || node.type}`);
      return;
    }

    if (['object', 'array', 'infrastructure'].includes(node.type)) {
      node.children.forEach((child, index) => {
        const next = node.children[index + 1];
        const isBetween = child.isNamed && next?.isNamed && !next.type.endsWith('comment');
        if (isBetween && child.endPosition.row === next.startPosition.row) problems.push(`${where(file, next)}: wants a line of its own`);
      });
    }

    node.children.forEach(visit);
  };
  visit(root);
  return problems;
}

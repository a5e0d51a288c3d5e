import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const files = new Map();
const folders = new Map();

/** The repository's files and what is compiled from them, some perhaps changed. Paths are from the root. */
export class World {
  /** What its templates deploy, once somebody worked that out. */
  deployments = null;
  #changes;

  constructor(changes = {}) {
    this.#changes = changes;
  }

  read(path) {
    return this.#changes[path] ?? remember(files, path, () => readFileSync(join(root, path), 'utf8'));
  }

  exists(path) {
    return path in this.#changes || existsSync(join(root, path));
  }

  json(path) {
    return JSON.parse(this.read(path));
  }

  /** The files below a folder with an ending, without what builds leave. */
  list(folder, ending) {
    return remember(folders, `${folder} ${ending}`, () => readdirSync(join(root, folder), { recursive: true })
      .map(path => `${folder}/${path.replaceAll('\\', '/')}`)
      .filter(path => path.endsWith(ending) && !/\/(bin|obj|node_modules)\//.test(path))
      .sort());
  }

  /** The app's sources, one after the other. */
  get code() {
    return this.list('functions', '.cs').map(path => this.read(path));
  }
}

/** Nothing changes on disk while the checks run. */
function remember(known, key, make) {
  if (!known.has(key)) known.set(key, make());
  return known.get(key);
}

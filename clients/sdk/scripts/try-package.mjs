// Installs the package into an empty project, as an app would, and runs README.md's example there, with the backend at BASE_URL.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const longest = 25;
const root = fileURLToPath(new URL('../', import.meta.url));
const readme = await readFile(join(root, 'README.md'), 'utf8');
const example = /```js\n([\s\S]*?)```/.exec(readme)[1];
const lines = example.trimEnd().split('\n').length;
if (lines > longest) throw new Error(`README.md's example has ${lines} lines; ${longest} are enough.`);

const project = await mkdtemp(join(tmpdir(), 'chat-functions-'));
try {
  const run = (command, ...options) =>
    execFileSync(command, options, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: 120_000 });
  const [{ filename }] = JSON.parse(run('npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', project, root));
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  run('npm', 'install', '--no-audit', '--no-fund', `./${filename}`);
  await writeFile(join(project, 'example.js'), example);
  const output = run('node', 'example.js');
  if (!output.startsWith('Hello, it is ')) throw new Error(`The example said: ${output}`);
  console.log(output.trimEnd());
} finally {
  await rm(project, { recursive: true });
}

// Installs both packages into an empty project, as an app would, with the backend at BASE_URL: runs the SDK's example, compiles the hooks'.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const longest = 25;
const [sdk, react] = ['../', '../../react/'].map(path => fileURLToPath(new URL(path, import.meta.url)));
const exampleOf = async (root, kind) => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  return readme.split(`\`\`\`${kind}\n`)[1].split('```')[0];
};

const example = await exampleOf(sdk, 'js');
const lines = example.trimEnd().split('\n').length;
if (lines > longest) throw new Error(`The example of the SDK has ${lines} lines; ${longest} are enough.`);

const project = await mkdtemp(join(tmpdir(), 'chat-functions-'));
try {
  const run = (command, ...options) =>
    execFileSync(command, options, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: 120_000 });
  const packed = [sdk, react].map(
    root => `./${JSON.parse(run('npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', project, root))[0].filename}`,
  );
  const web = JSON.parse(await readFile(new URL('../../web/package.json', import.meta.url), 'utf8'));
  const versions = { ...web.dependencies, ...web.devDependencies };
  const others = ['react', 'react-dom', '@types/react', '@types/react-dom', 'typescript'];
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  run('npm', 'install', '--no-audit', '--no-fund', ...packed, ...others.map(name => `${name}@${versions[name]}`));

  await writeFile(join(project, 'example.js'), example);
  const output = run('node', 'example.js');
  if (!output.startsWith('Hello, it is ')) throw new Error(`The example said: ${output}`);
  console.log(output.trimEnd());

  await writeFile(join(project, 'page.tsx'), await exampleOf(react, 'tsx'));
  const options = ['--strict', '--noEmit', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', '--jsx', 'react-jsx'];
  run('npx', 'tsc', ...options, 'page.tsx');
} finally {
  await rm(project, { recursive: true });
}

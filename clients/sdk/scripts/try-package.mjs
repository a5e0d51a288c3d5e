// Installs both packages into an empty project, as an app would, and runs their READMEs' examples there, with the backend at BASE_URL.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const longest = 25;
const usual = 'http://localhost:7071';
const baseUrl = process.env.BASE_URL ?? usual;
const [sdk, react] = ['../', '../../react/'].map(path => fileURLToPath(new URL(path, import.meta.url)));
const exampleOf = async (root, kind) => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  return readme.split(`\`\`\`${kind}\n`)[1].split('```')[0];
};

const example = await exampleOf(sdk, 'js');
const lines = example.trimEnd().split('\n').length;
if (lines > longest) throw new Error(`The example of the SDK has ${lines} lines; ${longest} are enough.`);

/** A page without a browser, in which the React example runs. */
const page = `
import { JSDOM } from 'jsdom';
const { window } = new JSDOM('<div id="root"></div>', { url: '${baseUrl}' });
Object.assign(globalThis, { window, document: window.document });
await import('./page.js');
const until = async (what, isSo) => {
  for (let tries = 0; !isSo(); tries++) {
    if (tries === 200) throw new Error(what + ': ' + document.body.innerHTML);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
};
const texts = () => [...document.querySelectorAll('p')].map(one => one.textContent);
await until('it shows what was said', () => texts().some(text => text.startsWith('Hello, it is ')));
document.querySelector('button:last-of-type').click();
await until('it shows what it says', () => texts().at(-1) === 'Hello from React');
console.log('The React example says and shows: ' + texts().at(-1));
process.exit();
`;

const project = await mkdtemp(join(tmpdir(), 'chat-functions-'));
try {
  const run = (command, ...options) =>
    execFileSync(command, options, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: 120_000 });
  const packed = [sdk, react].map(
    root => `./${JSON.parse(run('npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', project, root))[0].filename}`,
  );
  const web = JSON.parse(await readFile(new URL('../../web/package.json', import.meta.url), 'utf8'));
  const versions = { ...web.dependencies, ...web.devDependencies };
  const others = ['react', 'react-dom', '@types/react', '@types/react-dom', 'typescript', 'jsdom'];
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  run('npm', 'install', '--no-audit', '--no-fund', ...packed, ...others.map(name => `${name}@${versions[name]}`));

  await writeFile(join(project, 'example.js'), example);
  const output = run('node', 'example.js');
  if (!output.startsWith('Hello, it is ')) throw new Error(`The example said: ${output}`);
  console.log(output.trimEnd());

  await writeFile(join(project, 'page.tsx'), (await exampleOf(react, 'tsx')).replaceAll(usual, baseUrl));
  await writeFile(join(project, 'page.mjs'), page);
  run('npx', 'tsc', '--strict', '--target', 'es2022', '--module', 'nodenext', '--jsx', 'react-jsx', '--skipLibCheck', 'page.tsx');
  console.log(run('node', 'page.mjs').trimEnd());
} finally {
  await rm(project, { recursive: true });
}

// Installs both packages into an empty project, as an app would, with the backend at BASE_URL, and runs their examples: the SDK's in Node,
// the hooks' in a browser.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const longest = 25;
const base = process.env.BASE_URL ?? 'http://localhost:7071';
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

  const page = await exampleOf(react, 'tsx');
  await writeFile(join(project, 'page.tsx'), page);
  const options = ['--strict', '--noEmit', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', '--jsx', 'react-jsx'];
  run('npx', 'tsc', ...options, 'page.tsx');
  await writeFile(join(project, 'page.tsx'), page.replaceAll('http://localhost:7071', base));
  await tryPage();
} finally {
  await rm(project, { recursive: true });
}

/** Builds the page, and says hello on it. */
async function tryPage() {
  const fromWeb = name => import(createRequire(new URL('../../web/package.json', import.meta.url)).resolve(name));
  const [{ build }, { default: playwright }] = [await fromWeb('vite'), await fromWeb('playwright-core')];
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: { jsx: 'react-jsx' } }));
  await writeFile(join(project, 'index.html'), '<div id="root"></div><script type="module" src="/page.tsx"></script>');
  await build({ root: project, base: './', logLevel: 'error' });
  const browsers = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map(name => `/usr/bin/${name}`);
  const executablePath = browsers.find(path => existsSync(path));
  // What the test answers itself doesn't come from loopback, which others may not call.
  const args = ['--no-sandbox', '--disable-gpu', '--disable-features=LocalNetworkAccessChecks'];
  const browser = await playwright.chromium.launch({ executablePath, args });
  try {
    const shown = await browser.newPage();
    const example = `${base}/example/`;
    await shown.route(`${example}**`, route =>
      route.fulfill({ path: join(project, 'dist', route.request().url().slice(example.length) || 'index.html') }),
    );
    await shown.goto(example);
    await shown.getByRole('button', { name: 'Say hello' }).click();
    await shown.getByText('Hello from React').waitFor();
    console.log('Hello from React');
  } finally {
    await browser.close();
  }
}

// Builds dist/ and fails when what an app downloads for an entry is too large, minified and gzipped: the main one without SignalR, and what
// others need beyond it.
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const budgets = { index: 25_000, media: 6_500, channels: 4_900, collections: 2_400, sharing: 4_300, voice: 2_000 };
const root = fileURLToPath(new URL('../', import.meta.url));

await import('./generate.mjs');
await rm(new URL('../dist', import.meta.url), { recursive: true, force: true });
execFileSync('npx', ['tsc', '-p', root], { stdio: 'inherit' });

const sizeOf = async entries => {
  const entry = Object.fromEntries(entries.map(name => [name, `dist/${name}.js`]));
  const [{ output }] = await build({
    root,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      lib: { entry, formats: ['es'] },
      rollupOptions: { external: ['@microsoft/signalr'], output: { minify: true } },
    },
  });
  return output.filter(one => one.type === 'chunk').reduce((sum, one) => sum + gzipSync(one.code, { level: 9 }).length, 0);
};

const main = await sizeOf(['index']);
const sizes = { index: main };
for (const entry of Object.keys(budgets).slice(1)) sizes[entry] = (await sizeOf(['index', entry])) - main;
for (const [entry, bytes] of Object.entries(sizes)) {
  console.log(`@chat-functions/client ${entry}: ${bytes} of ${budgets[entry]} bytes, gzipped`);
  if (bytes > budgets[entry]) throw new Error('It is larger than its budget.');
}

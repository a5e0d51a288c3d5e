// Builds dist/ and fails when what an app downloads for it is too large: the whole package, minified and gzipped, without SignalR.
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const budget = 25_000;
const root = fileURLToPath(new URL('../', import.meta.url));

await import('./generate.mjs');
await rm(new URL('../dist', import.meta.url), { recursive: true, force: true });
execFileSync('npx', ['tsc', '-p', root], { stdio: 'inherit' });

const [{ output }] = await build({
  root,
  logLevel: 'error',
  build: {
    write: false,
    target: 'es2022',
    lib: { entry: 'dist/index.js', formats: ['es'] },
    rollupOptions: { external: ['@microsoft/signalr'], output: { minify: true } },
  },
});
const bytes = output.filter(one => one.type === 'chunk').reduce((sum, one) => sum + gzipSync(one.code, { level: 9 }).length, 0);
console.log(`@chat-functions/client: ${bytes} of ${budget} bytes, gzipped`);
if (bytes > budget) throw new Error('It is larger than its budget.');

// Builds dist/ and fails when what an app downloads for it is too large: minified and gzipped, all entries, without React and the client.
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const budget = 8_000;
const others = ['media', 'channels', 'collections', 'sharing', 'voice'];
const root = fileURLToPath(new URL('../', import.meta.url));

await rm(new URL('../dist', import.meta.url), { recursive: true, force: true });
execFileSync('npx', ['tsc', '-p', root], { stdio: 'inherit' });

const [{ output }] = await build({
  root,
  logLevel: 'error',
  configFile: false,
  build: {
    write: false,
    minify: true,
    target: 'es2022',
    lib: { entry: ['dist/index.js', ...others.map(one => `dist/${one}.js`)], formats: ['es'] },
    rollupOptions: { external: ['react', 'react/jsx-runtime', /^@chat-functions\/client/] },
  },
});
const bytes = output.filter(one => one.type === 'chunk').reduce((sum, one) => sum + gzipSync(one.code, { level: 9 }).length, 0);
console.log(`@chat-functions/react: ${bytes} of ${budget} bytes, gzipped`);
if (bytes > budget) throw new Error('It is larger than its budget.');

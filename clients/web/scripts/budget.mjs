// Fails when what the page loads at first is too large: its scripts and styles, each gzipped, without what is loaded when it is needed.
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const budget = 180_000;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(await readFile(new URL('.vite/manifest.json', dist), 'utf8'));

const files = new Set(['index.html']);
const add = name => {
  const { file, css = [], imports = [] } = manifest[name];
  [file, ...css].forEach(one => files.add(one));
  imports.forEach(add);
};
add('index.html');

let bytes = 0;
for (const file of files) bytes += gzipSync(await readFile(new URL(file, dist)), { level: 9 }).length;
console.log(`The page loads ${bytes} of ${budget} bytes at first, gzipped, in ${files.size} files.`);
if (bytes > budget) throw new Error('That is more than its budget.');
const eager = [...files].filter(file => /signalr|emoji/i.test(file));
if (eager.length) throw new Error(`This should be loaded when it is needed: ${eager.join(', ')}`);

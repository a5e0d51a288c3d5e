import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // From its source, so that it needn't be built.
  resolve: { alias: { '@chat-functions/client': fileURLToPath(new URL('../sdk/src/index.ts', import.meta.url)) } },
  test: { environment: 'jsdom', include: ['test/**/*.test.tsx'] },
});

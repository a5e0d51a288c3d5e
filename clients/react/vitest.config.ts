import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // From its source, so that it needn't be built.
  resolve: {
    alias: {
      '@chat-functions/client/collections': fileURLToPath(new URL('../sdk/src/collections.ts', import.meta.url)),
      '@chat-functions/client/channels': fileURLToPath(new URL('../sdk/src/channels.ts', import.meta.url)),
      '@chat-functions/client/media': fileURLToPath(new URL('../sdk/src/media.ts', import.meta.url)),
      '@chat-functions/client/sharing': fileURLToPath(new URL('../sdk/src/sharing.ts', import.meta.url)),
      '@chat-functions/client/voice': fileURLToPath(new URL('../sdk/src/voice.ts', import.meta.url)),
      '@chat-functions/client': fileURLToPath(new URL('../sdk/src/index.ts', import.meta.url)),
    },
  },
  test: { environment: 'jsdom', include: ['test/**/*.test.tsx'], testTimeout: 60_000 },
});

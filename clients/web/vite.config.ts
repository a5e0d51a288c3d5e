import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The page may be served from any path.
  base: './',
  plugins: [react()],
  // From their sources, so that one build is enough.
  resolve: {
    alias: {
      '@chat-functions/client/collections': fileURLToPath(new URL('../sdk/src/collections.ts', import.meta.url)),
      '@chat-functions/react/collections': fileURLToPath(new URL('../react/src/collections.ts', import.meta.url)),
      '@chat-functions/client/channels': fileURLToPath(new URL('../sdk/src/channels.ts', import.meta.url)),
      '@chat-functions/react/channels': fileURLToPath(new URL('../react/src/channels.ts', import.meta.url)),
      '@chat-functions/client/media': fileURLToPath(new URL('../sdk/src/media.ts', import.meta.url)),
      '@chat-functions/client/sharing': fileURLToPath(new URL('../sdk/src/sharing.ts', import.meta.url)),
      '@chat-functions/react/media': fileURLToPath(new URL('../react/src/media.ts', import.meta.url)),
      '@chat-functions/react/sharing': fileURLToPath(new URL('../react/src/sharing.ts', import.meta.url)),
      '@chat-functions/client/voice': fileURLToPath(new URL('../sdk/src/voice.ts', import.meta.url)),
      '@chat-functions/react/voice': fileURLToPath(new URL('../react/src/voice.ts', import.meta.url)),
      '@chat-functions/client': fileURLToPath(new URL('../sdk/src/index.ts', import.meta.url)),
      '@chat-functions/react': fileURLToPath(new URL('../react/src/index.ts', import.meta.url)),
    },
    dedupe: ['react', 'react-dom'],
  },
  build: { target: 'es2022', manifest: true, sourcemap: false },
  // While it is being written: the service is the local host's.
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ['/api', '/local', '/client'].map(path => [path, { target: process.env.CHAT_URL ?? 'http://localhost:7071', ws: true }]),
    ),
  },
  test: { environment: 'jsdom', include: ['test/**/*.test.{ts,tsx}'], setupFiles: ['test/setup.ts'], testTimeout: 120_000 },
});

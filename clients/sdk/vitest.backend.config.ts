import { defineConfig } from 'vitest/config';

// Against a running backend, whose address CHAT_URL says.
export default defineConfig({ test: { include: ['test/backend/*.test.ts'], maxWorkers: 1 } });

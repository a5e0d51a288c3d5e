import { defineConfig } from 'vitest/config';

// Against a running service: CHAT_URL says where. CHAT_SCREENSHOTS names a folder for pictures of every view.
export default defineConfig({
  test: {
    include: [`e2e/${process.env.STORIES ?? '*'}.e2e.ts`],
    testTimeout: 600_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    expect: { poll: { timeout: 120_000, interval: 250 } },
  },
});

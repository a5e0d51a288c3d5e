import { describe, expect, test } from 'vitest';
import { Story } from '../support/chaos.js';
import { Backend } from '../support/backend.js';

// Not BASE_URL, which vitest sets itself.
const baseUrl = process.env['CHAT_URL'] ?? 'http://localhost:7071';
const seeds = Number(process.env['SEEDS'] ?? 3);

describe('Whatever the network to the service does', () => {
  test.each(Array.from({ length: seeds }, (_, index) => index + 1))(
    'all replicas equal the log, and nothing is lost or doubled (seed %i)',
    { timeout: 600_000 },
    async seed => {
      const world = new Backend(seed, baseUrl);
      const run = Date.now().toString(36);
      const story = new Story(world, [`alice-${run}`, `bob-${run}`]);
      await story.begin();
      world.chaos = { dropped: 0.3, doubled: 0.15, late: 1000, refused: 0.1, lost: 0.1 };
      for (let step = 0; step < 40; step++) await story.step();
      await world.heal();
      let faults = await story.faults();
      // A busy service may still be answering.
      for (const end = Date.now() + 180_000; faults.length && Date.now() < end;) faults = await story.faults();
      await world.close();
      expect(faults).toEqual([]);
    },
  );
});

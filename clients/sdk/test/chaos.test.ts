import { describe, expect, test } from 'vitest';
import { Story } from './support/chaos.js';
import { World } from './support/world.js';

const seeds = Number(process.env['SEEDS'] ?? 200);
const first = Number(process.env['SEED'] ?? 1);
const parts = 10;

// 30 % of what is pushed is lost, the rest late and so in another order, some of it twice; requests fail before and after they are done;
// devices go offline, tabs are killed, those that lead as well.
async function run(seed: number): Promise<string[]> {
  const world = new World(seed);
  world.service.lag = () => world.between(0, 1000);
  const story = new Story(world, ['alice', 'bob']);
  await story.begin();
  world.chaos = { dropped: 0.3, doubled: 0.15, late: 1500, refused: 0.1, lost: 0.1 };
  for (let step = 0; step < 40; step++) await story.step();
  await world.heal();
  const faults = await story.faults();
  await world.close();
  return faults.map(fault => `seed ${seed}: ${fault}`);
}

describe('Whatever the network does', () => {
  test.each(Array.from({ length: parts }, (_, part) => part))(
    'all replicas equal the log, and nothing is lost or doubled (part %i)',
    { timeout: 300_000 },
    async part => {
      const faults: string[] = [];
      for (let seed = first + part; seed < first + seeds; seed += parts) faults.push(...(await run(seed)));
      expect(faults).toEqual([]);
    },
  );
});

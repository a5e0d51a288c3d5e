import { describe, expect, test } from 'vitest';
import type { Streak } from '../src/index.js';
import { sharingOf } from '../src/sharing.js';
import { pair, soon } from './support/story.js';

const hour = 3600_000;
const day = 24 * hour;

async function story() {
  const all = await pair();
  const { world, id, bob } = all;
  const at = (ahead: number) => new Date(world.clock.now + ahead).toISOString();
  const graceUntil = at(30 * hour);
  const streak: Streak = { state: 'active', days: 12, zone: '+00:00', restoresLeft: 3, wroteToday: [], offBy: [], graceUntil };
  const now = { streak, asked: 0, bodies: [] as unknown[], refused: undefined as string | undefined };
  world.intercept = (method, path, body) => {
    if (!path.includes('/streak')) return undefined;
    if (now.refused) return { status: 409, body: { status: 409, code: now.refused, title: 'No.' } };
    if (method === 'GET') {
      now.asked++;
      return { status: 200, body: { streaks: [{ conversationId: id, streak: now.streak }] } };
    }
    now.bodies.push([method, path.split('/').slice(3).join('/'), body]);
    return { status: 200, body: now.streak };
  };
  const shown = sharingOf(bob.chat).streak(id);
  const push = (data: Streak) =>
    world.service.pushTo(['alice', 'bob'], { type: 'streak.updated', conversationId: id, at: at(0), data: data as never });
  return { ...all, now, shown, push, at };
}

describe('A streak', () => {
  test('is asked for once, however many look, and follows what is pushed', async () => {
    const { world, now, shown, push, at } = await story();
    const ends = [shown.subscribe(() => {}), shown.subscribe(() => {})];
    await world.clock.pass(1000);
    expect(shown.getSnapshot()).toMatchObject({ status: 'ready', streak: { state: 'active', days: 12 } });
    for (const end of ends) end();
    await world.clock.pass(5000);
    shown.subscribe(() => {});
    await world.clock.pass(1000);
    expect(now.asked).toBe(1);
    push({ ...now.streak, days: 13, wroteToday: ['alice', 'bob'], graceUntil: at(54 * hour) });
    await world.clock.pass(1000);
    expect(shown.getSnapshot().streak).toMatchObject({ days: 13, wroteToday: ['alice', 'bob'] });
    expect(now.asked).toBe(1);
    await world.close();
  });

  test('is asked for with those of the rest of the list, and failed where there is none', async () => {
    const { world, bob, now, shown } = await story();
    const other = sharingOf(bob.chat).streak('elsewhere');
    for (const one of [shown, other]) one.subscribe(() => {});
    await world.clock.pass(1000);
    expect(now.asked).toBe(1);
    expect([shown.getSnapshot().status, other.getSnapshot().status]).toEqual(['ready', 'failed']);
    await world.close();
  });

  test('turns grey, is lost and over by the time alone, also offline', async () => {
    const { world, bob, shown } = await story();
    shown.subscribe(() => {});
    await world.clock.pass(1000);
    bob.setOnline(false);
    const states: unknown[] = [];
    for (let passed = 0; passed < 4; passed++) {
      states.push(shown.getSnapshot().streak!.state);
      await world.clock.sleep([7 * hour, day, 2 * day, 0][passed]!);
      await world.clock.pass(2 * 60_000);
    }
    expect(states).toEqual(['active', 'grey', 'lost', 'none']);
    expect(shown.getSnapshot().streak).toMatchObject({ days: 0, restoresLeft: 0 });
    await world.close();
  });

  test('says who has written today, until the day is over', async () => {
    const { world, toBob, toAlice, now, shown, push, at } = await story();
    now.streak = { ...now.streak, graceUntil: at(32 * hour) };
    shown.subscribe(() => {});
    await world.clock.pass(1000);
    const wrote = () => shown.getSnapshot().streak!.wroteToday;
    await soon(world, toAlice.send({ text: 'Good morning' }).sent);
    await world.clock.pass(500);
    expect(wrote()).toEqual(['bob']);
    await soon(world, toBob.send({ text: 'Good morning' }).sent);
    push({ ...now.streak, days: 13, wroteToday: ['alice', 'bob'], graceUntil: at(56 * hour) });
    await world.clock.pass(500);
    expect(wrote()).toEqual(['alice', 'bob']);
    expect(now.asked).toBe(1);
    now.streak = { ...now.streak, days: 13, graceUntil: at(56 * hour) };
    await world.clock.sleep(9 * hour);
    await world.clock.pass(2 * 60_000);
    expect([shown.getSnapshot().streak!.state, wrote()]).toEqual(['active', []]);
    await world.close();
  });

  test('keeps what was pushed while it was being asked for', async () => {
    const { world, now, shown, push } = await story();
    const ask = world.intercept;
    world.intercept = (...all) => {
      const answer = ask(...all);
      return answer && answer !== 'lost' ? { ...answer, late: 2000 } : answer;
    };
    shown.subscribe(() => {});
    await world.clock.pass(1000);
    now.streak = { ...now.streak, days: 13 };
    push(now.streak);
    await world.clock.pass(10_000);
    expect(shown.getSnapshot().streak).toMatchObject({ days: 13 });
    await world.close();
  });

  test('is asked for again after a connection is lost', async () => {
    const { world, bob, now, shown } = await story();
    shown.subscribe(() => {});
    await world.clock.pass(1000);
    now.streak = { ...now.streak, days: 14 };
    bob.loseConnection();
    await world.clock.pass(10_000);
    expect(shown.getSnapshot().streak).toMatchObject({ days: 14 });
    await world.close();
  });

  test('is restored, turned off and on, and shows so at once', async () => {
    const { world, id, bob, now, shown, at } = await story();
    const sharing = sharingOf(bob.chat);
    now.streak = { ...now.streak, state: 'lost', graceUntil: at(-hour), restorableUntil: at(47 * hour) };
    shown.subscribe(() => {});
    await world.clock.pass(1000);
    expect(shown.getSnapshot().streak).toMatchObject({ state: 'lost', days: 12 });
    const { restorableUntil: _, ...back } = { ...now.streak, state: 'grey' as const, graceUntil: at(10 * hour), restoresLeft: 2 };
    now.streak = back;
    await soon(world, sharing.restoreStreak(id));
    expect(shown.getSnapshot().streak).toMatchObject({ state: 'grey', restoresLeft: 2 });
    now.streak = { state: 'off', days: 0, zone: '+00:00', restoresLeft: 0, wroteToday: [], offBy: ['bob'] };
    await soon(world, sharing.changeStreak(id, { enabled: false }));
    expect(shown.getSnapshot().streak).toMatchObject({ state: 'off', offBy: ['bob'] });
    expect(now.bodies).toEqual([
      ['POST', 'streak/restore', {}],
      ['PUT', 'streak', { enabled: false }],
    ]);
    now.refused = 'streak_not_lost';
    await expect(soon(world, sharing.restoreStreak(id))).rejects.toMatchObject({ code: 'streak_not_lost' });
    await world.close();
  });
});

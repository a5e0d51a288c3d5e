import { read } from './api.js';
import { element } from './dom.js';
import { count, time } from './format.js';
import { Table } from './table.js';

/** Who is connected to SignalR, and who is in which group. */
export class Connections {
  #connections = new Table('Connections', [
    { title: 'Connection', code: true, text: item => item.id },
    { title: 'User', text: item => item.userId ?? '–' },
    { title: 'Hub', text: item => item.hub },
    { title: 'Since', number: true, text: item => time(item.since) },
  ], { empty: 'Nobody is connected.' });
  #users = new Table('Users', [
    { title: 'User', text: item => item.userId },
    { title: 'Hub', text: item => item.hub },
    { title: 'Connections', number: true, text: item => count(item.connections), quiet: item => item.connections === 0 },
    { title: 'Groups that a connection joins', wide: true, code: true, text: item => item.groups.join(', ') },
  ]);
  #groups = new Table('Groups with connections', [
    { title: 'Group', code: true, text: item => item.name },
    { title: 'Hub', text: item => item.hub },
    { title: 'Connections', number: true, text: item => count(item.connectionIds.length) },
    { title: 'Users', wide: true, text: item => item.users.join(', ') },
  ]);

  node = element('section', {}, this.#connections.node, this.#users.node, this.#groups.node);

  async refresh(signal) {
    const hubs = await read('api/hubs', signal);
    const all = list => hubs.flatMap(hub => list(hub).map(item => ({ ...item, hub: hub.name })));
    this.#connections.fill(all(hub => hub.connections), item => item.id);
    this.#users.fill(all(usersOf), item => `${item.hub}/${item.userId}`);
    this.#groups.fill(all(groupsOf), item => `${item.hub}/${item.name}`);
  }
}

function usersOf(hub) {
  const noted = new Map(hub.users.map(user => [user.userId, user.groups]));
  const connected = Map.groupBy(hub.connections.filter(connection => connection.userId), connection => connection.userId);
  const names = [...new Set([...noted.keys(), ...connected.keys()])].sort();
  return names.map(userId => ({ userId, connections: connected.get(userId)?.length ?? 0, groups: noted.get(userId) ?? [] }));
}

function groupsOf(hub) {
  const users = new Map(hub.connections.map(connection => [connection.id, connection.userId]));
  return hub.groups.map(group => ({ ...group, users: [...new Set(group.connectionIds.map(id => users.get(id) ?? '–'))].sort() }));
}

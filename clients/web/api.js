/** What the service said no to, as application/problem+json has it; without a status when it couldn't be reached. */
export class Refusal extends Error {
  constructor(message, { status = 0, code = '', retryAfter = 0 } = {}) {
    super(message);
    Object.assign(this, { status, code, retryAfter });
  }

  /** Whether the same request may succeed later. */
  get isTransient() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** The HTTP API as one user. Each request about a conversation sees what answers and pushes told of it: their sessions go along. */
export class Api {
  #token = null;
  #sessions = new Map();

  constructor(user) {
    this.user = user;
  }

  /** A token that is good for a minute more at least. */
  async token() {
    if (!this.#token || Date.parse(this.#token.expiresAt) < Date.now() + 60_000) {
      this.#token = await (await send(`local/token?user=${encodeURIComponent(this.user)}`, {})).json();
    }
    return this.#token.token;
  }

  async request(method, path, body, more = {}) {
    const headers = { Authorization: `Bearer ${await this.token()}`, ...more };
    const { answered, pushed } = this.#sessions.get(conversationOf(path)) ?? {};
    const session = [answered, pushed].filter(Boolean).join(',');
    if (session) headers['Chat-Session'] = session;
    if (body) headers['Content-Type'] = 'application/json';
    const response = await send(`api/${path}`, { method, headers, body: body && JSON.stringify(body) });
    const answer = response.status === 204 ? null : await response.json();
    this.#keep(conversationOf(path) ?? answer?.conversationId, { answered: response.headers.get('Chat-Session') });
    return answer;
  }

  /** Takes note of a pushed event: the newest by `seq`, where it has one. */
  saw({ conversationId, seq, session }) {
    if (!(seq < this.#sessions.get(conversationId)?.seq)) this.#keep(conversationId, { pushed: session, seq });
  }

  #keep(conversationId, told) {
    if (!conversationId || !(told.answered || told.pushed)) return;
    const known = Object.entries(told).filter(([, value]) => value !== undefined);
    this.#sessions.set(conversationId, { ...this.#sessions.get(conversationId), ...Object.fromEntries(known) });
  }

  conversations(continuation) {
    return this.request('GET', `conversations?limit=50${continuation ? `&continuation=${encodeURIComponent(continuation)}` : ''}`);
  }

  /** @param key under which the same group is made only once. */
  start(members, title, key) {
    if (members.length === 1 && !title) return this.request('POST', 'conversations', { kind: 'direct', members });
    return this.request('POST', 'conversations', { kind: 'group', title, members }, { 'Idempotency-Key': key });
  }

  /** @param position `afterSeq=…`, `beforeSeq=…` or nothing, for the newest. */
  messages(conversationId, position = '') {
    return this.request('GET', `conversations/${encodeURIComponent(conversationId)}/messages?limit=50${position && `&${position}`}`);
  }

  /** The log after a position, as the events that were pushed. */
  events(conversationId, afterSeq) {
    return this.request('GET', `conversations/${encodeURIComponent(conversationId)}/events?limit=100&afterSeq=${afterSeq}`);
  }

  edit({ conversationId, messageId }, text) {
    return this.request('PATCH', `conversations/${conversationId}/messages/${messageId}`, { text });
  }

  unsend({ conversationId, messageId }) {
    return this.request('DELETE', `conversations/${conversationId}/messages/${messageId}`);
  }

  react({ conversationId, messageId }, key, isWanted) {
    const path = `conversations/${conversationId}/messages/${messageId}/reactions/${encodeURIComponent(key)}`;
    return this.request(isWanted ? 'PUT' : 'DELETE', path);
  }

  typing(conversationId, typing) {
    return this.request('POST', `conversations/${encodeURIComponent(conversationId)}/typing`, { typing });
  }

  send(conversationId, { clientMessageId, text }) {
    return this.request('POST', `conversations/${encodeURIComponent(conversationId)}/messages`, { clientMessageId, text });
  }

  requests() {
    return this.request('GET', 'requests?limit=100');
  }

  accept(conversationId) {
    return this.request('POST', `requests/${encodeURIComponent(conversationId)}/accept`, {});
  }

  decline(conversationId, block) {
    return this.request('POST', `requests/${encodeURIComponent(conversationId)}/decline`, { block });
  }

  blocks(continuation) {
    return this.request('GET', `blocks?limit=100${continuation ? `&continuation=${encodeURIComponent(continuation)}` : ''}`);
  }

  block(userId, isWanted) {
    return this.request(isWanted ? 'PUT' : 'DELETE', `blocks/${encodeURIComponent(userId)}`);
  }

  report({ conversationId, messageId }, reason, note) {
    return this.request('POST', 'reports', { target: { conversationId, messageIds: [messageId] }, reason, note });
  }

  markRead(conversationId, seq) {
    return this.request('PUT', `conversations/${encodeURIComponent(conversationId)}/read`, { seq });
  }
}

const conversationOf = path => /^conversations\/([^/?]+)/.exec(path)?.[1];

async function send(url, init) {
  let response;
  try {
    response = await fetch(url, init);
  } catch {
    throw new Refusal('The service cannot be reached.');
  }
  if (response.ok) return response;
  const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json');
  const problem = isProblem ? await response.json() : { title: (await response.text()) || `The service answered ${response.status}.` };
  const faults = (problem.errors ?? []).map(({ pointer, detail }) => `${pointer.replace(/^\//, '')}: ${detail}`);
  throw new Refusal([problem.title, problem.detail, ...faults].filter(Boolean).join(' '), {
    status: response.status,
    code: problem.code,
    retryAfter: Number(response.headers.get('Retry-After')) || 0,
  });
}

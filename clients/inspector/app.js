import { read } from './api.js';
import { Connections } from './connections.js';
import { Containers } from './containers.js';
import { $, setText } from './dom.js';
import { count } from './format.js';
import { Functions } from './functions.js';
import { Meter } from './meter.js';
import { Queues } from './queues.js';

const sections = { functions: Functions, queues: Queues, containers: Containers, connections: Connections, meter: Meter };
const interval = 1000;

let shown = null;
let turn = null;
let timer = 0;

addEventListener('hashchange', () => show(true));
addEventListener('keydown', jump);
document.addEventListener('visibilitychange', refresh);
addEventListener('changed', refresh);
show(false);

/**
 * Shows what the address says: a section, and in it perhaps one thing. A section that is shown already stays, with what was typed
 * into it.
 */
function show(move) {
  const [name, ...path] = location.hash.slice(1).split('/').map(decodeURIComponent);
  const Section = sections[name] ?? Functions;
  if (!(shown instanceof Section)) {
    shown = new Section();
    $('section').replaceChildren(shown.node);
    if (move) $('section').focus();
  }
  shown.path = path;
  for (const anchor of document.querySelectorAll('nav a')) {
    if (sections[anchor.hash.slice(1)] === Section) anchor.setAttribute('aria-current', 'page');
    else anchor.removeAttribute('aria-current');
  }
  refresh();
}

/** Reads and shows everything anew, once a second while somebody can see it; an answer that comes too late is dropped. */
async function refresh() {
  clearTimeout(timer);
  turn?.abort();
  if (document.hidden) {
    setText($('status'), 'paused');
    return;
  }
  const mine = (turn = new AbortController());
  try {
    const [queues] = await Promise.all([read('api/queues', mine.signal), shown.refresh(mine.signal)]);
    if (mine.signal.aborted) return;
    const letters = queues.reduce((sum, queue) => sum + queue.counts.deadLettered, 0);
    setText($('letters'), count(letters));
    $('letters').title = 'dead letters';
    $('letters').hidden = letters === 0;
    setText($('status'), 'live');
    $('status').className = '';
  } catch (failure) {
    if (mine.signal.aborted) return;
    setText($('status'), failure instanceof TypeError ? 'no answer' : failure.message);
    $('status').className = 'alarming';
  }
  timer = setTimeout(refresh, interval);
}

/** A digit leads to the section of that place. */
function jump(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches('input') || $('confirm').open) return;
  const anchor = document.querySelectorAll('nav a')[Number(event.key) - 1];
  if (anchor) location.hash = anchor.hash;
}

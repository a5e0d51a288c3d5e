export const $ = id => document.getElementById(id);

/** Makes an element; text goes in as text. */
export function element(name, { children = [], ...properties } = {}) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Makes these nodes the children of a parent and moves only those that aren't in place, so that focus and scrolling stay. */
export function place(parent, nodes) {
  let next = parent.firstChild;
  for (const node of nodes) {
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
  while (next) {
    const last = next;
    next = next.nextSibling;
    last.remove();
  }
}

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

export const timeOf = at => time.format(new Date(at));
export const dayOf = at => longDay.format(new Date(at));
export const shortTimeOf = at => (dayOf(at) === dayOf(Date.now()) ? timeOf(at) : day.format(new Date(at)));

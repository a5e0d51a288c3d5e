import { attempt, element, setText } from './dom.js';

/**
 * A table that is filled again and again. A row stays the same element as long as its key does, so that focus and selection stay too.
 * A column has a title and a text, and if it likes: number (aligned to the right), href, quiet (a value that isn't worth a look), alarming,
 * or in place of the text actions: a list of {label, run, danger}. Tools are what stands under the caption.
 */
export class Table {
  constructor(caption, columns, { empty = 'None.', tools = [] } = {}) {
    this.columns = columns;
    this.rows = new Map();
    this.body = element('tbody');
    const head = element(
      'tr', {}, ...columns.map(column => element('th', { scope: 'col', className: classOf(column), textContent: column.title })));
    this.table = element(
      'table',
      {},
      element('caption', {}, caption, ...(tools.length > 0 ? [element('div', { className: 'tools' }, ...tools)] : [])),
      element('thead', {}, head),
      this.body);
    this.empty = element('p', { className: 'empty', textContent: empty });
    this.node = element('div', { className: 'scroll' }, this.table, this.empty);
  }

  fill(items, keyOf) {
    const kept = new Map();
    for (const item of items) {
      const key = String(keyOf(item));
      const row = this.rows.get(key) ?? this.#row();
      row.item = item;
      for (const cell of row.cells) cell.fill();
      kept.set(key, row);
    }
    const lost = [...this.rows].find(([key, row]) => !kept.has(key) && row.contains(document.activeElement))?.[1].rowIndex;
    this.rows = kept;
    place(this.body, [...kept.values()]);
    if (lost) this.#focusNear(lost);
    this.empty.hidden = kept.size > 0;
  }

  /** What had the focus is gone: what took its place gets it. */
  #focusNear(index) {
    const row = this.table.rows[Math.min(index, this.table.rows.length - 1)];
    (row.querySelector('button, a') ?? document.querySelector('main')).focus();
  }

  #row() {
    const row = element('tr');
    this.columns.forEach((column, index) => row.append(cell(column, row, index)));
    return row;
  }
}

function cell(column, row, index) {
  const made = index === 0 ? element('th', { scope: 'row' }) : element('td');
  made.className = classOf(column);
  if (column.actions) {
    made.fill = () => {
      if (made.childElementCount > 0) return;
      made.append(...column.actions(row.item).map(({ label, run, danger }) =>
        element('button', { textContent: label, className: danger ? 'danger' : '', onclick: () => attempt(() => run(row.item)) })));
    };
    return made;
  }
  const text = column.href ? element('a') : made;
  if (column.href) made.append(text);
  made.fill = () => {
    const { item } = row;
    setText(text, column.text(item));
    const href = column.href?.(item);
    if (href && text.getAttribute('href') !== href) text.href = href;
    made.classList.toggle('quiet', column.quiet?.(item) ?? false);
    made.classList.toggle('alarming', column.alarming?.(item) ?? false);
  };
  return made;
}

const classOf = column => [column.number && 'number', column.wide && 'wide', column.code && 'code'].filter(Boolean).join(' ');

/** Makes these nodes the children of a parent and moves only those that aren't in place. */
function place(parent, nodes) {
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

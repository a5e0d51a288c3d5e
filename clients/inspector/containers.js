import { read } from './api.js';
import { element, link, setText } from './dom.js';
import { count, time } from './format.js';
import { Table } from './table.js';

/** The containers; the partitions of one; the documents of a partition; one document. The address says how far. */
export class Containers {
  #containers = new Table('Containers', [
    { title: 'Container', text: nameOf, href: item => link('containers', item.database, item.id) },
    { title: 'Partition key', code: true, text: item => item.partitionKey.join(', ') },
    { title: 'Partitions', number: true, text: item => count(item.partitions), quiet: item => item.partitions === 0 },
    { title: 'Documents', number: true, text: item => count(item.documents), quiet: item => item.documents === 0 },
    {
      title: 'Time to live',
      number: true,
      text: item => ({ '-1': 'by document' })[item.defaultTtl] ?? (item.defaultTtl == null ? 'for ever' : `${item.defaultTtl} s`),
    },
  ]);
  #partitions = new Found(tools => new Table(`${this.path[0]}/${this.path[1]}`, [
    { title: 'Partition', code: true, text: item => item.key, href: item => link('containers', this.path[0], this.path[1], item.key) },
    { title: 'Documents', number: true, text: item => count(item.documents) },
  ], { tools }));
  #documents = new Found(tools => new Table(this.path[2], [
    { title: 'Document', code: true, text: item => item.id, href: item => link('containers', ...this.path.slice(0, 3), item.id) },
    { title: 'Bytes', number: true, text: item => count(item.bytes) },
    { title: 'Written', number: true, text: item => time(item.writtenAt) },
    { title: 'Expires', number: true, text: item => time(item.expiresAt), quiet: item => !item.expiresAt },
  ], { tools }));
  #title = element('h2');
  #json = element('pre', { tabIndex: 0 });
  #document = element('article', { hidden: true }, this.#title, this.#json);

  node = element('section', {}, this.#containers.node, element(
    'div', { className: 'drill' }, this.#partitions.node, this.#documents.node, this.#document));

  async refresh(signal) {
    const [database, container, partition, id] = this.path;
    const base = container && `api/containers/${encodeURIComponent(database)}/${encodeURIComponent(container)}`;
    const key = `partition=${encodeURIComponent(partition)}`;
    const [containers, partitions, documents, json] = await Promise.all([
      read('api/containers', signal),
      base && read(`${base}/partitions?search=${this.#partitions.search}`, signal),
      partition && read(`${base}/documents?${key}&search=${this.#documents.search}`, signal),
      id && read(`${base}/document?${key}&id=${encodeURIComponent(id)}`, signal),
    ]);
    this.#containers.fill(containers, nameOf);
    this.#partitions.show(base, partitions?.total, partitions?.partitions, item => item.key);
    this.#documents.show(partition && base + partition, documents?.total, documents?.documents, item => item.id);
    this.#showDocument(id, json);
  }

  #showDocument(id, json) {
    this.#document.hidden = !id;
    if (!id) return;
    setText(this.#title, id);
    setText(this.#json, json ? JSON.stringify(json, null, 2) : 'It is gone.');
  }
}

/** A list with a search field, for one thing at a time. */
class Found {
  #make;
  #of = null;
  #table = null;
  #input = element(
    'input', { type: 'search', placeholder: 'Search', spellcheck: false, oninput: () => dispatchEvent(new Event('changed')) });
  #total = element('span', { className: 'hint' });

  node = element('div', { className: 'scroll', hidden: true });

  constructor(make) {
    this.#make = make;
    this.#input.setAttribute('aria-label', 'Search');
  }

  get search() {
    return encodeURIComponent(this.#input.value);
  }

  show(of, total, items, keyOf) {
    this.node.hidden = !items;
    if (!items) {
      this.#of = null;
      return;
    }
    if (this.#of !== of) {
      this.#of = of;
      this.#input.value = '';
      this.#table = this.#make([this.#input, this.#total]);
      this.node.replaceChildren(this.#table.node);
    }
    setText(this.#total, items.length < total ? `${count(items.length)} of ${count(total)}; search to see others` : count(total));
    this.#table.fill(items, keyOf);
  }
}

function nameOf(item) {
  return `${item.database}/${item.id}`;
}

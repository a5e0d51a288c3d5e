import { element, timeOf } from './dom.js';
import { report } from './report.js';

const quickReactions = ['👍', '❤️', '😂', '😮'];

/**
 * A message as a list item. With `act` it can be reacted to, edited and taken back by its sender, and reported by others:
 * `act(message, api => …)` asks the service and shows the message that it answers with.
 */
export function messageRow(message, user, act) {
  const isMine = message.senderId === user;
  const row = element('li', {
    className: `message${isMine ? ' mine' : ''}${message.unsentAt ? ' unsent' : ''}`,
    children: [
      element('span', { className: isMine ? 'sender unseen' : 'sender', textContent: isMine ? 'You' : message.senderId }),
      element('p', { textContent: message.unsentAt ? 'This message was taken back.' : message.text, dir: 'auto' }),
      element('time', {
        dateTime: message.at,
        title: new Date(message.at).toLocaleString(),
        textContent: timeOf(message.at) + (message.editedAt ? ' · edited' : ''),
      }),
    ],
  });
  if (act && !message.unsentAt) row.append(reactions(message, user, act), actions(message, isMine, row, act));
  return row;
}

function reactions(message, user, act) {
  const toggle = ({ key, mine, users }) => {
    const isMine = mine ?? users.includes(user);
    return act(message, api => api.react(message, key, !isMine));
  };
  return element('div', {
    className: 'reactions',
    children: message.reactions.map(one => {
      const button = element(
        'button', { type: 'button', textContent: `${one.key} ${one.count}`, title: one.users.join(', '), onclick: () => toggle(one) });
      button.setAttribute('aria-pressed', one.mine ?? one.users.includes(user));
      return button;
    }),
  });
}

function actions(message, isMine, row, act) {
  const buttons = quickReactions.map(key =>
    element('button', {
      type: 'button',
      textContent: key,
      ariaLabel: `React with ${key}`,
      onclick: () => act(message, api => api.react(message, key, true)),
    }),
  );
  if (!isMine) {
    buttons.push(element('button', { type: 'button', textContent: 'Report', onclick: () => act(message, api => report(api, message)) }));
  } else {
    buttons.push(
      element('button', { type: 'button', textContent: 'Edit', onclick: () => edit(message, row, act) }),
      element('button', { type: 'button', textContent: 'Take back', onclick: () => act(message, api => api.unsend(message)) }),
    );
  }
  return element('div', { className: 'actions', role: 'group', ariaLabel: 'Actions', children: buttons });
}

/** Turns the text into a field; Enter saves, Escape leaves it as it was. */
function edit(message, row, act) {
  const text = row.querySelector('p');
  const field = element('textarea', { className: 'edit', value: message.text, ariaLabel: 'Edit the message', rows: 1 });
  const close = () => field.replaceWith(text);
  field.onkeydown = async event => {
    if (event.key === 'Escape') close();
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    const wanted = field.value.trim();
    if (wanted) await act(message, api => api.edit(message, wanted));
    close();
  };
  text.replaceWith(field);
  field.focus();
}

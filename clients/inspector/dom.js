export const $ = id => document.getElementById(id);

/** Makes an element; text goes in as text. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Sets an element's text, and touches nothing when it is the same, so that a selection stays. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** The address of a part of the page. */
export const link = (...parts) => '/local#' + parts.map(encodeURIComponent).join('/');

/** Asks before something that can't be undone. */
export function confirmed(question, yes) {
  const dialog = $('confirm');
  $('question').textContent = question;
  $('yes').textContent = yes;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}

/** Runs what a button does, and says what went wrong. */
export async function attempt(action) {
  $('message').hidden = true;
  try {
    await action();
  } catch (failure) {
    $('message').textContent = failure.message;
    $('message').hidden = false;
  }
}

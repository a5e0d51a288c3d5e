/**
 * What was typed and isn't among the conversation's preferences yet, which follow a second later: kept at each keystroke, so that a reload
 * loses none of it.
 */
const nameOf = (user: string, conversationId: string) => `draft:${user}:${conversationId}`;

export function keptDraft(user: string, conversationId: string): string | undefined {
  return localStorage.getItem(nameOf(user, conversationId)) ?? undefined;
}

export function keepDraft(user: string, conversationId: string, text: string): void {
  try {
    localStorage.setItem(nameOf(user, conversationId), text);
  } catch {
    // The storage is full: it is kept for as long as the page lives.
  }
}

/** What the user typed anywhere. */
export function forgetDrafts(user: string): void {
  for (const name of Object.keys(localStorage)) if (name.startsWith(nameOf(user, ''))) localStorage.removeItem(name);
}

export function forgetDraft(user: string, conversationId: string): void {
  localStorage.removeItem(nameOf(user, conversationId));
}

import type { Mention } from '@chat-functions/client';

/** Names everyone. */
export const everyone = 'everyone';

/** What is being typed after an @ before the caret; undefined where there is none. */
export function queryAt(text: string, caret: number): { readonly query: string; readonly from: number } | undefined {
  const match = /(?:^|[\s(])@([^\s@]{0,32})$/u.exec(text.slice(0, caret));
  return match ? { query: match[1]!, from: caret - match[1]!.length - 1 } : undefined;
}

/** Who fits, by name or id; those whose name begins so come first. */
export function candidates(query: string, names: ReadonlyMap<string, string>, most = 6): readonly string[] {
  const wanted = query.toLocaleLowerCase();
  const rank = (id: string) => {
    const [name, key] = [names.get(id)!.toLocaleLowerCase(), id.toLocaleLowerCase()];
    return name.startsWith(wanted) || key.startsWith(wanted) ? 0 : name.includes(wanted) ? 1 : 2;
  };
  return [...names.keys()]
    .filter(id => rank(id) < 2)
    .sort((a, b) => rank(a) - rank(b) || names.get(a)!.localeCompare(names.get(b)!))
    .slice(0, most);
}

const scalars = (text: string) => [...text].length;

/** Members named in a text by @ and their name, at most 50; places in scalar values. Of names that begin alike the longest counts. */
export function mentionsIn(text: string, names: ReadonlyMap<string, string>): readonly Mention[] {
  const byLength = [...names].sort(([, a], [, b]) => b.length - a.length);
  const mentions: Mention[] = [];
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const rest = text.slice(at + 1);
    const before = text[at - 1];
    if (before !== undefined && !/[\s(]/.test(before)) continue;
    const named = byLength.find(([, name]) => rest.startsWith(name) && !/^[\p{L}\p{N}_]/u.test(rest.slice(name.length)));
    if (named) mentions.push({ userId: named[0], offset: scalars(text.slice(0, at)), length: scalars(named[1]) + 1 });
  }
  return mentions.slice(0, 50);
}

export const namesEveryone = (text: string) => /(?:^|[\s(])@everyone(?![\p{L}\p{N}_])/u.test(text);

import type { Mention } from '@chat-functions/client';
import { useNames } from '../names.ts';
import { useHere } from './here.ts';

export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'mention'; readonly text: string; readonly userId: string };

const link = /https?:\/\/[^\s<>"]+/g;

/** A text in parts. The places of mentions count Unicode scalar values. */
export function segmentsOf(text: string, mentions: readonly Mention[] = []): readonly Segment[] {
  const all = [...text];
  const segments: Segment[] = [];
  let from = 0;
  for (const { userId, offset, length } of [...mentions].sort((a, b) => a.offset - b.offset)) {
    segments.push(...linksIn(all.slice(from, offset).join('')), {
      kind: 'mention',
      userId,
      text: all.slice(offset, offset + length).join(''),
    });
    from = offset + length;
  }
  return [...segments, ...linksIn(all.slice(from).join(''))];
}

function linksIn(text: string): Segment[] {
  const segments: Segment[] = [];
  let from = 0;
  for (const match of text.matchAll(link)) {
    // What ends a sentence doesn't belong to the address in it.
    const address = match[0].replace(/[.,;:!?)\]}'’”]+$/, '');
    if (!URL.canParse(address)) continue;
    if (match.index > from) segments.push({ kind: 'text', text: text.slice(from, match.index) });
    segments.push({ kind: 'link', text: address, href: address });
    from = match.index + address.length;
  }
  if (from < text.length) segments.push({ kind: 'text', text: text.slice(from) });
  return segments;
}

const fewEmoji = new RegExp('^(?:\\p{RGI_Emoji}\\s*){1,3}$', 'v');

export const isFewEmoji = (text: string) => text.length < 40 && fewEmoji.test(text);

export function RichText({ text, mentions }: { readonly text: string; readonly mentions?: readonly Mention[] }) {
  const { me, conversationId } = useHere();
  const names = useNames(mentions?.map(one => one.userId) ?? [], conversationId);
  return segmentsOf(text, mentions).map((segment, index) => {
    if (segment.kind === 'text') return segment.text;
    if (segment.kind === 'mention') {
      return (
        <b key={index} className={`mention ${segment.userId === me ? 'is-me' : ''}`} title={names.get(segment.userId)}>
          {segment.text}
        </b>
      );
    }
    return (
      <a key={index} href={segment.href} target="_blank" rel="noopener noreferrer nofollow">
        {segment.text}
      </a>
    );
  });
}

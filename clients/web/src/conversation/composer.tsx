import type { MessageView } from '@chat-functions/client';
import type { Media } from '@chat-functions/client/media';
import type { Voice } from '@chat-functions/client/voice';
import { useChat } from '@chat-functions/react';
import { BarChart3, CalendarClock, ImagePlus, Mic, Paperclip, Pencil, Plus, Reply, SendHorizontal, Smile, X } from 'lucide-react';
import { lazy, useEffect, useMemo, useRef, useState, type ChangeEvent, type FormEvent, type KeyboardEvent } from 'react';
import { useFilesOff } from '../files/off.ts';
import { explain, lineOf } from '../format.ts';
import { useName, useNames } from '../names.ts';
import { mediaModule, pictureTypes, useChoices, useDrop } from '../photos/choose.ts';
import { Choices } from '../photos/choices.tsx';
import { ShareDialog, shareItems, type Sharable } from '../sharing/share.tsx';
import { IconButton } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Menu } from '../ui/menu.tsx';
import { notify } from '../ui/notices.tsx';
import { Part } from '../ui/part.tsx';
import { forgetDraft, keepDraft, keptDraft } from './drafts.ts';
import { useHere } from './here.ts';
import { candidates, everyone, mentionsIn, namesEveryone, queryAt } from './mentions.ts';

const EmojiPicker = lazy(() => import('../ui/emoji-picker.tsx'));
const VoiceRecorder = lazy(() => import('../voice/voice-recorder.tsx'));
const PollDialog = lazy(() => import('./poll-dialog.tsx'));
const ScheduleDialog = lazy(() => import('./schedule-dialog.tsx'));

/** What the composer is about, beside something new. `again` is a message that was refused. */
export type Answering =
  | { readonly kind: 'reply' | 'edit'; readonly message: MessageView }
  | { readonly kind: 'again'; readonly message: MessageView; readonly outboxId: string };

interface ComposerProps {
  readonly answering: Answering | undefined;
  readonly onAnswered: () => void;
  readonly onSent: () => void;
  readonly onEditLast: () => void;
  /** The root of the thread that it writes to. */
  readonly threadId?: string;
}

const mayRecord = typeof MediaRecorder === 'function' && !!navigator.mediaDevices;

const isPhone = () => matchMedia('(pointer: coarse)').matches;

export function Composer({ answering, onAnswered, onSent, onEditLast, threadId }: ComposerProps) {
  const chat = useChat();
  const { conversation, conversationId, summary, details, isGroup, isChannel, isComments, isAdmin, me } = useHere();
  // What is begun in a thread, or as a comment, isn't kept as the conversation's draft.
  const isPassing = !!threadId || !!isComments;
  const field = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const documents = useRef<HTMLInputElement>(null);
  const microphone = useRef<HTMLButtonElement>(null);
  const draft = isPassing ? '' : (summary?.preferences.draft?.text ?? '');
  // Until something is typed here it is the draft, which may have been begun on another device.
  const [typed, setTyped] = useState<string | undefined>(() => (isPassing ? undefined : keptDraft(me, conversationId)));
  const [changed, setChanged] = useState('');
  const [opened, setOpened] = useState<'emoji' | 'poll' | 'schedule' | Sharable>();
  const [menu, setMenu] = useState<DOMRect>();
  const [caret, setCaret] = useState(0);
  const isChange = answering?.kind === 'edit' || answering?.kind === 'again';
  const text = isChange ? changed : (typed ?? draft);
  const { choices, isReady, add, remove, take } = useChoices();
  const areOff = useFilesOff();
  const isDroppedOn = useDrop(field, isChange || isComments ? () => {} : add);
  // What was refused with photos needn't have a text.
  const hasPhotos = isChange ? answering.kind === 'again' && !!answering.message.attachments : choices.length > 0;
  const canSend = (text.trim() !== '' || hasPhotos) && (isChange || isReady);

  const [isRecording, setRecording] = useState(false);
  const canSpeak = mayRecord && !isComments && !isChange && text === '' && choices.length === 0;

  const members = useMemo(() => details?.members.map(one => one.userId).filter(id => id !== me) ?? [], [details, me]);
  const memberNames = useNames(isGroup ? members : [], conversationId);
  const names = useMemo(
    () => (isGroup && isAdmin && !isComments ? new Map([...memberNames, [everyone, everyone]]) : memberNames),
    [memberNames, isGroup, isAdmin, isComments],
  );
  const completion = useCompletion(text, caret, names);

  useEffect(() => {
    // Comments may come while something else is written beside them.
    const isElsewhere = isComments && document.activeElement?.matches('input, textarea');
    if (!isPhone() && !isElsewhere) field.current?.focus();
  }, []);
  useEffect(() => {
    if (!answering) return;
    if (answering.kind !== 'reply') {
      setChanged(answering.message.text);
      setCaret(answering.message.text.length);
      setRecording(false);
    }
    field.current?.focus();
  }, [answering]);

  // The recorder takes the focus with it.
  useEffect(() => {
    if (isRecording) return () => ((isPhone() && microphone.current) || field.current)?.focus();
  }, [isRecording]);

  useEffect(() => {
    if (!isPassing && typed !== undefined && typed === draft) forgetDraft(me, conversationId);
  }, [isPassing, typed, draft, me, conversationId]);

  const keep = (next: string) => {
    keepDraft(me, conversationId, next);
    conversation.setDraft(next);
  };

  const write = (next: string, at = next.length) => {
    setCaret(at);
    if (isChange) setChanged(next);
    else {
      setTyped(next);
      if (!isPassing) keep(next);
      if (!isChannel && !isComments) conversation.setTyping(next.trim() !== '');
    }
  };

  /** Puts something where the caret is. */
  const insert = (part: string, from = field.current?.selectionStart ?? text.length, until = field.current?.selectionEnd ?? from) => {
    write(text.slice(0, from) + part + text.slice(until), from + part.length);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(from + part.length, from + part.length);
    });
  };

  const complete = (userId: string) => {
    if (completion.query) insert(`@${names.get(userId)} `, completion.query.from, caret);
  };

  const more = () => ({
    ...(answering?.kind === 'reply' ? { replyTo: answering.message.messageId } : {}),
    ...(threadId ? { threadId } : {}),
  });

  const content = () => {
    const trimmed = text.trim();
    const mentions = mentionsIn(trimmed, memberNames);
    return {
      text: trimmed,
      ...(mentions.length ? { mentions } : {}),
      ...(isGroup && isAdmin && !isComments && namesEveryone(trimmed) ? { mentionsAll: true as const } : {}),
      ...more(),
    };
  };

  const clear = () => {
    if (isChange) setChanged('');
    else {
      setTyped('');
      if (!isPassing) keep('');
      if (!isChannel && !isComments) conversation.setTyping(false);
    }
    onAnswered();
  };

  const sendVoice = (media: Media, voice: Voice) => {
    media.sendVoice(conversationId, more(), voice);
    onSent();
    onAnswered();
  };

  /** What is said goes with the photos, or with the first file. */
  const sendChosen = ({ text: caption, ...said }: ReturnType<typeof content>) => {
    const { photos, files: alone } = take();
    const first = { ...said, ...(caption && { text: caption }) };
    const further = threadId ? { threadId } : {};
    const sending = mediaModule().then(({ mediaOf }) => {
      const media = mediaOf(chat);
      if (photos.length) media.send(conversationId, first, photos);
      alone.forEach((file, index) => media.sendFile(conversationId, photos.length || index ? further : first, file));
    });
    sending.catch((error: unknown) => notify(explain(error), true));
  };

  const send = (event?: FormEvent) => {
    event?.preventDefault();
    const said = content();
    if (!canSend) return;
    if (answering?.kind === 'again') chat.outbox.edit(answering.outboxId, said.text, said.mentions, said.mentionsAll);
    else if (answering?.kind === 'edit') {
      if (said.text !== answering.message.text) conversation.edit(answering.message.messageId!, said.text, said.mentions);
    } else {
      if (choices.length) sendChosen(said);
      else conversation.send(said);
      onSent();
    }
    clear();
    field.current?.focus();
  };

  const chosen = ({ target }: ChangeEvent<HTMLInputElement>) => {
    add([...target.files!], target === documents.current);
    target.value = '';
    field.current?.focus();
  };

  /** What is typed stays. */
  const shared = () => {
    onAnswered();
    onSent();
  };

  const key = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (completion.key(event, complete)) return;
    if (event.key === 'Enter' && !event.shiftKey && !isPhone()) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && answering) {
      event.preventDefault();
      if (isChange) setChanged('');
      onAnswered();
    } else if (event.key === 'ArrowUp' && !text && !answering) {
      event.preventDefault();
      onEditLast();
    }
  };

  return (
    <footer className="composer-area">
      {answering && <Strip answering={answering} onCancel={onAnswered} />}
      {!isChange && choices.length > 0 && (
        <Choices
          choices={choices}
          onRemove={id => {
            remove(id);
            if (!isPhone()) field.current?.focus();
          }}
        />
      )}
      {isDroppedOn && !isComments && <p className="drop-here">{isChange ? 'An edit has no new photos or files' : 'Let go to add them'}</p>}
      {completion.people.length > 0 && <Completion completion={completion} names={names} onChoose={complete} />}
      {isRecording && (
        <Part onError={() => setRecording(false)}>
          <VoiceRecorder onVoice={sendVoice} onClose={() => setRecording(false)} />
        </Part>
      )}
      <form className="composer" onSubmit={send} hidden={isRecording}>
        {!isComments && (
          <IconButton
            label="More to send"
            icon={Plus}
            aria-haspopup="menu"
            onClick={event => setMenu(event.currentTarget.getBoundingClientRect())}
          />
        )}
        <div className="field">
          <textarea
            ref={field}
            rows={1}
            aria-label={isChannel ? 'Post' : isComments ? 'Comment' : 'Message'}
            placeholder={threadId ? 'Reply' : isChannel ? 'Post' : isComments ? 'Comment' : 'Message'}
            dir="auto"
            enterKeyHint="send"
            value={text}
            {...completion.attributes}
            onChange={event => write(event.target.value, event.target.selectionStart)}
            onSelect={event => setCaret(event.currentTarget.selectionStart)}
            onKeyDown={key}
            onPaste={event => {
              // Word and Excel put a picture of it beside a text. A file alone may have its name as text.
              const { types, files: pasted } = event.clipboardData;
              const isText = types.includes('text/plain') && types.includes('text/html');
              if (!isChange && !isComments && !isText && add(pasted)) event.preventDefault();
            }}
          />
          {!isChange && !isComments && <IconButton label="Add photos and videos" icon={ImagePlus} onClick={() => files.current!.click()} />}
          <IconButton label="Emoji" icon={Smile} onClick={() => setOpened('emoji')} />
        </div>
        {canSpeak ? (
          <IconButton ref={microphone} label="Record a voice message" icon={Mic} className="send" onClick={() => setRecording(true)} />
        ) : (
          <IconButton label={isChange ? 'Save' : 'Send'} icon={SendHorizontal} type="submit" className="send" aria-disabled={!canSend} />
        )}
        <input
          ref={files}
          type="file"
          accept={pictureTypes}
          multiple
          hidden
          onChange={chosen}
        />
        {!areOff && <input ref={documents} type="file" multiple hidden onChange={chosen} />}
      </form>
      {menu && (
        <Menu
          label="More to send"
          anchor={menu}
          onClose={() => setMenu(undefined)}
          items={[
            // A channel has no places.
            { label: 'Poll', icon: BarChart3, onSelect: () => setOpened('poll') },
            ...(isChange || areOff ? [] : [{ label: 'File', icon: Paperclip, onSelect: () => documents.current!.click() }]),
            ...(isChange ? [] : shareItems(setOpened)).filter(({ label }) => !isChannel || label === 'Sticker'),
            // What is sent later has no photos: they would have to be uploaded before.
            ...(choices.length ? [] : [{ label: 'Send later', icon: CalendarClock, onSelect: () => setOpened('schedule') }]),
          ]}
        />
      )}
      <Part key={opened} onError={() => setOpened(undefined)}>
        {opened === 'emoji' && (
          <Dialog title="Emoji" onClose={() => setOpened(undefined)}>
            <EmojiPicker
              onPick={emoji => {
                setOpened(undefined);
                insert(emoji);
              }}
            />
          </Dialog>
        )}
        {opened === 'poll' && <PollDialog threadId={threadId} onSent={onSent} onClose={() => setOpened(undefined)} />}
        {(opened === 'sticker' || opened === 'place') && (
          <ShareDialog what={opened} more={more()} onSent={shared} onClose={() => setOpened(undefined)} />
        )}
        {opened === 'schedule' && <ScheduleDialog content={content()} onScheduled={clear} onClose={() => setOpened(undefined)} />}
      </Part>
    </footer>
  );
}

/** What is answered or changed. */
function Strip({ answering: { kind, message }, onCancel }: { readonly answering: Answering; readonly onCancel: () => void }) {
  const name = useName(message.senderId, message.conversationId);
  const Icon = kind === 'reply' ? Reply : Pencil;
  return (
    <div className="strip">
      <Icon aria-hidden="true" />
      <p>
        <b>{kind === 'reply' ? `Reply to ${message.isMine ? 'yourself' : name}` : kind === 'edit' ? 'Edit the message' : 'Send it anew'}</b>
        <span dir="auto">{lineOf(message)}</span>
      </p>
      <IconButton label="Cancel" icon={X} onClick={onCancel} />
    </div>
  );
}

/** Who may be meant by an @: a listbox of which the field stays focused. */
function useCompletion(text: string, caret: number, names: ReadonlyMap<string, string>) {
  const [dismissed, setDismissed] = useState(-1);
  const [at, setAt] = useState(0);
  const query = queryAt(text, caret);
  const people = query && query.from !== dismissed ? candidates(query.query, names) : [];
  const chosen = people[Math.min(at, people.length - 1)];
  const isOpen = chosen !== undefined;
  return {
    query,
    people,
    chosen,
    attributes: isOpen
      ? { 'aria-autocomplete': 'list' as const, 'aria-controls': 'mentions', 'aria-activedescendant': `mention-${chosen}` }
      : {},
    /** Whether the key was for the list. */
    key(event: KeyboardEvent, choose: (userId: string) => void): boolean {
      if (!isOpen) return false;
      const index = people.indexOf(chosen);
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        setAt((index + (event.key === 'ArrowDown' ? 1 : people.length - 1)) % people.length);
      } else if (event.key === 'Enter' || event.key === 'Tab') choose(chosen);
      else if (event.key === 'Escape') setDismissed(query!.from);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
}

interface CompletionProps {
  readonly completion: ReturnType<typeof useCompletion>;
  readonly names: ReadonlyMap<string, string>;
  readonly onChoose: (userId: string) => void;
}

function Completion({ completion: { people, chosen }, names, onChoose }: CompletionProps) {
  return (
    <ul id="mentions" role="listbox" aria-label="People" className="completion">
      {people.map(id => (
        <li
          key={id}
          id={`mention-${id}`}
          role="option"
          aria-selected={id === chosen}
          onMouseDown={event => event.preventDefault()}
          onClick={() => onChoose(id)}
        >
          <b>{names.get(id)}</b>
          {names.get(id) !== id && <span className="quiet">{id}</span>}
          {id === everyone && <span className="quiet">all members</span>}
        </li>
      ))}
    </ul>
  );
}

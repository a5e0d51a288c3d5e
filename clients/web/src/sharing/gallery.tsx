import type { MessageView } from '@chat-functions/client';
import type { SharedKind } from '@chat-functions/client/sharing';
import { useShared } from '@chat-functions/react/sharing';
import { CornerUpLeft } from 'lucide-react';
import { lazy, Suspense, useContext, useId, useState, type ReactNode } from 'react';
import { useHere } from '../conversation/here.ts';
import { segmentsOf } from '../conversation/text.tsx';
import { useUnexpired } from '../conversation/unexpired.ts';
import { explain, momentOf, shortOf, wordOf } from '../format.ts';
import { useName } from '../names.ts';
import { OpenedPhoto, OpenPhoto } from '../photos/opened.tsx';
import { to } from '../route.ts';
import { Boundary } from '../ui/boundary.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { CardView } from './cards.tsx';
import LinkPreview from './link-preview.tsx';

const PhotoTile = lazy(() => import('../photos/tile.tsx'));
const FileMessage = lazy(() => import('../files/file.tsx'));
const VoiceMessage = lazy(() => import('../voice/voice.tsx'));

type Kind = Extract<SharedKind, 'media' | 'voice' | 'file' | 'link' | 'card'>;

const kinds: readonly (readonly [kind: Kind, label: string, none: string])[] = [
  ['media', 'Photos', 'No photos or videos yet.'],
  ['link', 'Links', 'No links yet.'],
  ['voice', 'Voice', 'No voice messages yet.'],
  ['file', 'Files', 'No files yet.'],
  ['card', 'Cards', 'No cards yet.'],
];

interface GalleryProps {
  readonly onJump: (seq: number) => void;
}

/** What was shared in the conversation, the newest first. */
export default function Gallery({ onJump }: GalleryProps) {
  const [chosen, setChosen] = useState<Kind>('media');
  const id = useId();
  return (
    <section className="gallery">
      <h3 id={id}>What was shared</h3>
      <Tabs labelledBy={id} tabs={kinds} chosen={chosen} onChoose={setChosen}>
        <Pages key={chosen} kind={chosen} none={kinds.find(([kind]) => kind === chosen)![2]} onJump={onJump} />
      </Tabs>
    </section>
  );
}

function Pages({ kind, none, onJump }: GalleryProps & { readonly kind: Kind; readonly none: string }) {
  const { conversationId } = useHere();
  const { status, messages: all, hasMore, isLoading, error, loadMore } = useShared(conversationId, kind);
  const messages = useUnexpired(all);
  return (
    <>
      {kind === 'media' ? (
        <OpenedPhoto messages={messages}>
          <Photos messages={messages} />
        </OpenedPhoto>
      ) : (
        <ul className="shared-list">
          {messages.map(message => (
            <li key={message.key}>
              <Where message={message} onJump={onJump} />
              <Shared kind={kind} message={message} />
            </li>
          ))}
        </ul>
      )}
      <div className="more" role="status">
        {error ? (
          <span className="error">{explain(error)}</span>
        ) : isLoading || status === 'loading' ? (
          <span className="spinner" role="img" aria-label="Loading" />
        ) : messages.length || hasMore ? null : (
          <span className="quiet">{none}</span>
        )}
      </div>
      {hasMore && (
        <button type="button" aria-disabled={isLoading} onClick={() => void loadMore()}>
          Show older ones
        </button>
      )}
    </>
  );
}

function Shared({ kind, message }: { readonly kind: Kind; readonly message: MessageView }): ReactNode {
  if (kind === 'link') return <Links message={message} />;
  if (kind === 'card') return <CardsOf message={message} />;
  const isVoice = kind === 'voice';
  const [alone] = message.attachments!;
  return (
    <Boundary fallback={<p className="missing">{isVoice ? 'This voice message can’t be played now.' : 'This file can’t be had now.'}</p>}>
      <Suspense>
        {isVoice ? <VoiceMessage message={message} voice={alone!} isTabStop /> : <FileMessage message={message} file={alone!} isTabStop />}
      </Suspense>
    </Boundary>
  );
}

function Photos({ messages }: { readonly messages: readonly MessageView[] }) {
  return (
    <ul className="shared-photos">
      {messages.flatMap(message =>
        (message.attachments ?? []).map((attachment, index) => (
          <li key={`${message.key} ${attachment.mediaId}`} className="photo">
            <Photo message={message} index={index} />
          </li>
        )),
      )}
    </ul>
  );
}

function Photo({ message, index }: { readonly message: MessageView; readonly index: number }) {
  const open = useContext(OpenPhoto);
  const sender = useName(message.senderId, message.conversationId);
  return (
    <Boundary fallback={<p className="missing">This photo can’t be shown now.</p>}>
      <Suspense>
        <PhotoTile
          message={message}
          attachment={message.attachments![index]!}
          label={`${wordOf(message.attachments![index]!)}, ${message.isMine ? 'yours' : sender}, ${momentOf(message.at)}`}
          variant="320"
          isTabStop
          onOpen={() => open(message.key, index)}
        />
      </Suspense>
    </Boundary>
  );
}

/** Who shared it when, which leads to the message. */
function Where({ message, onJump }: GalleryProps & { readonly message: MessageView }) {
  const sender = useName(message.senderId, message.conversationId);
  return (
    <a className="where" href={to.conversation(message.conversationId)} onClick={() => onJump(message.seq!)}>
      <span>
        <bdi>{message.isMine ? 'You' : sender}</bdi>, {shortOf(message.at)}
      </span>
      <CornerUpLeft aria-hidden="true" />
      <span className="unseen">Go to the message</span>
    </a>
  );
}

function Links({ message }: { readonly message: MessageView }): ReactNode {
  const { text, linkPreview } = message;
  const links = segmentsOf(text).flatMap(segment => (segment.kind === 'link' ? [segment.href] : []));
  return [...new Set(links)].map(href =>
    linkPreview?.url === href ? (
      <LinkPreview key={href} message={message} preview={linkPreview} isTabStop />
    ) : (
      <a key={href} className="shared-link" href={href} target="_blank" rel="noopener noreferrer nofollow">
        {href}
      </a>
    ),
  );
}

function CardsOf({ message }: { readonly message: MessageView }): ReactNode {
  return message.cards!.map((card, index) => <CardView key={`${card.type} ${card.id}`} message={message} index={index} isTabStop />);
}

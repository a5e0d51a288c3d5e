import type { MessageView, ShownAttachment } from '@chat-functions/client';
import { useChat } from '@chat-functions/react';
import { usePhoto, useUploadProgress } from '@chat-functions/react/media';
import { Download, FileText, X } from 'lucide-react';
import { sizeOf } from '../format.ts';
import { useName } from '../names.ts';
import { useSave } from '../photos/save.ts';
import { IconButton } from '../ui/button.tsx';

interface FileMessageProps {
  readonly message: MessageView;
  readonly file: ShownAttachment;
  readonly isTabStop: boolean;
}

/** A file: what it is called and how large it is. It is saved, and never shown. */
export default function FileMessage({ message, file, isTabStop }: FileMessageProps) {
  const { outbox } = useChat();
  const sender = useName(message.senderId, message.conversationId);
  const { url, error } = usePhoto(message, file, 'original');
  const progress = useUploadProgress(file);
  const save = useSave(message, file);
  const tabIndex = isTabStop ? 0 : -1;
  if (file.state === 'failed' || error?.code === 'media_failed') return <p className="text quiet">This file couldn’t be processed.</p>;
  if (error && !error.isTransient && error.code !== 'media_not_ready')
    return <p className="text quiet">This file isn’t there any more.</p>;
  const name = file.fileName ?? 'File';
  const percent = progress === undefined ? undefined : Math.round(progress * 100);
  const isWaiting = message.state === 'queued' || message.state === 'sending';
  return (
    <div className="file" role="group" aria-label={`File, ${message.isMine ? 'yours' : sender}`}>
      <FileText aria-hidden="true" />
      <p>
        <bdi>{name}</bdi>
        {isWaiting ? (
          <span role="progressbar" aria-label={`Upload: ${name}`} aria-valuenow={percent}>
            {percent === undefined ? sizeOf(file.bytes) : `${percent} % of ${sizeOf(file.bytes)}`}
          </span>
        ) : (
          <span>{sizeOf(file.bytes)}</span>
        )}
      </p>
      {message.outboxId && message.state === 'queued' ? (
        <IconButton label="Don’t send it" icon={X} tabIndex={tabIndex} onClick={() => void outbox.cancel(message.outboxId!)} />
      ) : url ? (
        <IconButton label={`Save ${name}`} icon={Download} tabIndex={tabIndex} onClick={save} />
      ) : (
        <span className="spinner" role="status" aria-label="Being processed" />
      )}
    </div>
  );
}

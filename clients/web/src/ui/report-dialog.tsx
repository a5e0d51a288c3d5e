import type { Report, ReportReason } from '@chat-functions/client';
import { useChat } from '@chat-functions/react';
import { useState } from 'react';
import { FormDialog } from './dialog.tsx';
import { notify } from './notices.tsx';

const reasons: Readonly<Record<ReportReason, string>> = {
  spam: 'Spam',
  scam: 'A scam',
  harassment: 'Harassment',
  hate: 'Hate',
  threat: 'A threat',
  selfHarm: 'Self-harm',
  ncii: 'Intimate pictures without consent',
  csam: 'Sexual abuse of children',
  minor: 'A child is in danger',
  impersonation: 'Somebody pretends to be somebody else',
  other: 'Something else',
};

interface ReportDialogProps {
  readonly title: string;
  readonly hint: string;
  readonly target: Report['target'];
  readonly onClose: () => void;
}

export function ReportDialog({ title, hint, target, onClose }: ReportDialogProps) {
  const chat = useChat();
  const [reason, setReason] = useState<ReportReason>('spam');
  const [note, setNote] = useState('');
  const report = async () => {
    await chat.report({ target, reason, note: note.trim() || undefined });
    notify('Reported.');
  };
  return (
    <FormDialog title={title} submit="Report" isDangerous onSubmit={report} onClose={onClose}>
      <p className="hint">{hint}</p>
      <label>
        What is wrong
        <select value={reason} onChange={event => setReason(event.target.value as ReportReason)}>
          {Object.entries(reasons).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label>
        What moderators should know
        <textarea value={note} maxLength={1000} rows={3} onChange={event => setNote(event.target.value)} />
      </label>
    </FormDialog>
  );
}

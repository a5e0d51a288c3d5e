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

interface ReportFormProps {
  readonly title: string;
  readonly hint: string;
  readonly onReport: (report: Pick<Report, 'reason' | 'note'>) => Promise<unknown>;
  readonly onClose: () => void;
}

type ReportDialogProps = Omit<ReportFormProps, 'onReport'> & { readonly target: Report['target'] };

export function ReportDialog({ target, ...rest }: ReportDialogProps) {
  const chat = useChat();
  const report = async (said: Pick<Report, 'reason' | 'note'>) => {
    await chat.report({ target, ...said });
    notify('Reported.');
  };
  return <ReportForm {...rest} onReport={report} />;
}

/** What is wrong, and what moderators should know. */
export function ReportForm({ title, hint, onReport, onClose }: ReportFormProps) {
  const [reason, setReason] = useState<ReportReason>('spam');
  const [note, setNote] = useState('');
  const report = () => onReport({ reason, note: note.trim() || undefined });
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

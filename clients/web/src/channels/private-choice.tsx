interface PrivateChoiceProps {
  readonly isPrivate: boolean;
  readonly onChange: (isPrivate: boolean) => void;
}

/** Whether a channel is only for whom its members invite. */
export function PrivateChoice({ isPrivate, onChange }: PrivateChoiceProps) {
  return (
    <label className="choice">
      <input type="checkbox" className="switch" checked={isPrivate} onChange={event => onChange(event.target.checked)} />
      Private: followed by an invite link alone
    </label>
  );
}

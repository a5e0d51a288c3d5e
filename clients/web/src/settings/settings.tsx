import type { Privacy, Profile } from '@chat-functions/client';
import { useChat, useObservable, useOutbox, useProfile } from '@chat-functions/react';
import { LogOut } from 'lucide-react';
import { useState } from 'react';
import { explain } from '../format.ts';
import { useMe, useName } from '../names.ts';
import { forgetDrafts } from '../conversation/drafts.ts';
import { PeopleLists } from '../people/lists.tsx';
import { forget } from '../session.ts';
import { forgetStickers } from '../sharing/recent.ts';
import { UserAvatar } from '../ui/avatar.tsx';
import { FormDialog, useSubmit } from '../ui/dialog.tsx';
import { useField } from '../ui/field.ts';
import { PictureField } from '../ui/picture-field.tsx';
import { notify, outcome } from '../ui/notices.tsx';
import { Decisions } from './decisions.tsx';
import { HiddenWords } from './hidden-words.tsx';
import { Notifications } from './notifications.tsx';
import { chooseTheme, chosenTheme, type Theme } from './theme.ts';

export default function Settings() {
  const me = useMe();
  const name = useName(me);
  return (
    <div className="details">
      <div className="content">
        <div className="card">
          <UserAvatar userId={me} size="large" />
          <h3 dir="auto">{name}</h3>
          {name !== me && <p className="quiet">{me}</p>}
        </div>
        <ProfileSettings />
        <Appearance />
        <PrivacySettings />
        <Notifications />
        <HiddenWords />
        <PeopleLists />
        <Decisions />
        <SignOut />
      </div>
    </div>
  );
}

function ProfileSettings() {
  const chat = useChat();
  const me = useMe();
  const told = useProfile(me);
  const [answer, setAnswer] = useState<Profile>();
  const known = answer && answer.version > (told?.version ?? 0) ? answer : told;
  const name = useField(known?.displayName);
  const picture = useField(known?.avatarUrl);
  const isChanged = name.isChanged || picture.isChanged;
  const { onSubmit, isBusy, error } = useSubmit(
    async () => {
      const body = {
        ...(name.isChanged && { displayName: name.text || null }),
        ...(picture.isChanged && { avatarUrl: picture.text || null }),
      };
      setAnswer(await chat.api.patch('/me/profile', { body }));
    },
    () => {
      for (const field of [name, picture]) field.saved();
      notify('Saved.');
    },
    isChanged,
  );
  return (
    <section>
      <h3>What others see</h3>
      <form onSubmit={onSubmit}>
        <label>
          Name
          <input value={name.value} maxLength={64} autoComplete="name" onChange={event => name.onChange(event.target.value)} />
        </label>
        <PictureField value={picture.value} onChange={picture.onChange} />
        <p className="error" role="alert">
          {error}
        </p>
        {isChanged && (
          <button className="primary" aria-disabled={isBusy}>
            Save
          </button>
        )}
      </form>
    </section>
  );
}

const themes: Readonly<Record<Theme, string>> = { system: 'As the device', light: 'Light', dark: 'Dark' };

function Appearance() {
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <section>
      <h3>Appearance</h3>
      <div className="segments" role="radiogroup" aria-label="Appearance">
        {(Object.keys(themes) as Theme[]).map(one => (
          <label key={one}>
            <input
              type="radio"
              name="theme"
              checked={theme === one}
              onChange={() => {
                chooseTheme(one);
                setTheme(one);
              }}
            />
            {themes[one]}
          </label>
        ))}
      </div>
    </section>
  );
}

const audiences = { everyone: 'Everyone', friends: 'Friends', following: 'Whom I follow', noOne: 'Nobody' };

function PrivacySettings() {
  const chat = useChat();
  const { value: privacy, error } = useObservable(chat.privacy);
  const change = (what: Parameters<typeof chat.setPrivacy>[0]) => void outcome(chat.setPrivacy(what), 'Saved.');
  return (
    <section>
      <h3>Privacy</h3>
      {error && <p className="error">{explain(error)}</p>}
      {privacy && (
        <>
          <label className="choice">
            <input
              type="checkbox"
              className="switch"
              checked={privacy.readReceipts}
              onChange={event => change({ readReceipts: event.target.checked })}
            />
            Show others what I have read
          </label>
          <label className="choice">
            <input
              type="checkbox"
              className="switch"
              checked={privacy.presence}
              onChange={event => change({ presence: event.target.checked })}
            />
            Show others when I am online
          </label>
          <p className="hint">What you hide you don’t see of others either.</p>
          <Audience label="Who may write to me" value={privacy.whoCanMessage} onChange={whoCanMessage => change({ whoCanMessage })} />
          <Audience label="Who may add me to groups" value={privacy.whoCanAdd} onChange={whoCanAdd => change({ whoCanAdd })} />
        </>
      )}
    </section>
  );
}

type AudienceValue = keyof typeof audiences;

interface AudienceProps {
  readonly label: string;
  readonly value: Privacy['whoCanMessage'];
  readonly onChange: (value: AudienceValue | null) => void;
}

function Audience({ label, value, onChange }: AudienceProps) {
  return (
    <label>
      {label}
      <select value={value ?? ''} onChange={event => onChange((event.target.value || null) as AudienceValue | null)}>
        <option value="">As usual here</option>
        {Object.entries(audiences).map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function SignOut() {
  const chat = useChat();
  const me = useMe();
  const [isAsking, setAsking] = useState(false);
  const [everywhere, setEverywhere] = useState(false);
  const waiting = useOutbox().items.filter(item => item.kind === 'send').length;
  const signOut = async () => {
    try {
      await chat.signOut({ everywhere });
    } finally {
      forgetDrafts(me);
      forgetStickers(me);
      forget();
    }
  };
  return (
    <section className="endings">
      <h3 className="unseen">Account</h3>
      <button type="button" className="dangerous" onClick={() => setAsking(true)}>
        <LogOut aria-hidden="true" /> Sign out
      </button>
      {isAsking && (
        <FormDialog title="Sign out?" submit="Sign out" isDangerous onSubmit={signOut} onClose={() => setAsking(false)}>
          <p>
            What this device keeps of your conversations is wiped.
            {waiting > 0 && ` So is what still waits to be sent: ${waiting}.`}
          </p>
          <label className="choice">
            <input type="checkbox" checked={everywhere} onChange={event => setEverywhere(event.target.checked)} />
            Close the connections of my other devices, too
          </label>
        </FormDialog>
      )}
    </section>
  );
}

import { ChatProvider } from '@chat-functions/react';
import { useEffect, useState } from 'react';
import { Messenger } from './messenger.tsx';
import { baseUrl, remember, rememberedUser, tokenOf } from './session.ts';
import { SignIn } from './sign-in.tsx';
import { applyTheme } from './settings/theme.ts';
import { Notices } from './ui/notices.tsx';

export function App() {
  const [user, setUser] = useState(rememberedUser);
  useEffect(applyTheme, []);
  useEffect(() => {
    if (user) remember(user);
  }, [user]);
  return (
    <>
      {user ? (
        <ChatProvider baseUrl={baseUrl} userId={user} token={() => tokenOf(user)}>
          <Messenger />
        </ChatProvider>
      ) : (
        <SignIn onSignedIn={setUser} />
      )}
      <Notices />
    </>
  );
}

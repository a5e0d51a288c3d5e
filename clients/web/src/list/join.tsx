import { useChat } from '@chat-functions/react';
import { replace, to } from '../route.ts';
import { FormDialog } from '../ui/dialog.tsx';
import { notify } from '../ui/notices.tsx';

/** What an invite link opens. */
export default function Join({ code }: { readonly code: string }) {
  const chat = useChat();
  const join = async () => {
    const { conversationId, conversation } = await chat.joinByInvite(code);
    if (!conversation) notify('You asked to join. You’ll see the group here once you are let in.');
    replace(conversation ? to.conversation(conversationId) : to.list);
  };
  return (
    <FormDialog title="Join a group" submit="Join" onSubmit={join} onClose={() => location.hash.startsWith('#/join/') && replace(to.list)}>
      <p>Somebody gave you a link to a group. Its members see that you came by it.</p>
    </FormDialog>
  );
}

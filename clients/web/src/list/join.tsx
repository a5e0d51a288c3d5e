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
    const isChannel = conversation?.details.getSnapshot().value?.kind === 'channel';
    replace(!conversation ? to.list : isChannel ? to.channel(conversationId) : to.conversation(conversationId));
  };
  const close = () => location.hash.startsWith('#/join/') && replace(to.list);
  return (
    <FormDialog title="Join by a link" submit="Join" onSubmit={join} onClose={close}>
      <p>Somebody gave you a link to a group or a channel. In a group the members see that you came by it.</p>
    </FormDialog>
  );
}

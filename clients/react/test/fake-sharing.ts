import type { SharedState, Sharing } from '@chat-functions/client/sharing';
import { refusal, valueOf } from './fake-chat.js';

const sharing: Sharing = {
  card: () => valueOf({ status: 'loading' }),
  stickerPacks: valueOf({ status: 'ready', value: [] }),
  searchGifs: async () => {
    throw refusal('unreachable', 'No.');
  },
  shared: () => ({
    ...valueOf<SharedState>({ status: 'ready', messages: [], hasMore: false, isLoading: false }),
    loadMore: async () => {},
  }),
  streak: () => valueOf({ status: 'loading' }),
  restoreStreak: async () => ({ enabled: true }) as never,
  changeStreak: async () => ({ enabled: true }) as never,
};

/** In place of the client's: nothing was shared. */
export const sharingOf = (): Sharing => sharing;

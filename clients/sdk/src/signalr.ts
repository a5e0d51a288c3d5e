import type { ChatEvent } from './types.js';

export interface RealtimeOptions {
  readonly url: string;
  readonly token: () => Promise<string>;
  readonly events: (events: readonly ChatEvent[]) => void;
  readonly closed: () => void;
}

/** Opens a connection; resolves when it is open. What it calls `closed` for is over for good. */
export type Connect = (options: RealtimeOptions) => Promise<{ readonly stop: () => Promise<void> }>;

/** The SignalR client is loaded when it is first needed. */
export const connectSignalR: Connect = async ({ url, token, events, closed }) => {
  const { HubConnectionBuilder, LogLevel } = await import('@microsoft/signalr');
  const connection = new HubConnectionBuilder()
    .withUrl(url, { accessTokenFactory: token, withCredentials: false })
    .configureLogging(LogLevel.None)
    .build();
  connection.on('events', events);
  connection.onclose(closed);
  await connection.start();
  return { stop: () => connection.stop() };
};

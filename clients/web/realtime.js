const longestWait = 30_000;

/** Whether the build found the npm package of the SignalR client. */
export const isAvailable = 'signalR' in globalThis;

/**
 * Passes on the events that the service pushes, for as long as the page lives. Pushes may be lost while not connected, so whoever listens
 * asks for what it missed each time that `connected` is called.
 */
export function listen(api, { events, connected, disconnected }) {
  let failures = 0;
  const wait = () => Math.random() * Math.min(longestWait, 1000 * 2 ** failures++);
  const connection = new signalR.HubConnectionBuilder()
    .withUrl('api/realtime', { accessTokenFactory: () => api.token() })
    .withAutomaticReconnect({ nextRetryDelayInMilliseconds: wait })
    .configureLogging(signalR.LogLevel.None)
    .build();

  const isConnected = () => {
    failures = 0;
    connected();
  };
  connection.on('events', each => {
    each.forEach(event => api.saw(event));
    events(each);
  });
  connection.onreconnecting(disconnected);
  connection.onreconnected(isConnected);
  connection.onclose(() => {
    disconnected();
    start();
  });
  start();

  async function start() {
    try {
      await connection.start();
      isConnected();
    } catch {
      disconnected();
      setTimeout(start, wait());
    }
  }
}

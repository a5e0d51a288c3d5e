// Connects to the hub of the address given, over the transport and with the protocol named. Says its connection id; then a line for each
// message it gets (of long ones the length), each array of events, each reconnection, and the end with its reason. Leaves at 'bye'.
import * as signalR from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';

const [url, transport, protocol, reconnects] = process.argv.slice(2);
let builder = new signalR.HubConnectionBuilder()
  .withUrl(url, { transport: signalR.HttpTransportType[transport] })
  .withHubProtocol(protocol === 'messagepack' ? new MessagePackHubProtocol() : new signalR.JsonHubProtocol())
  .configureLogging(signalR.LogLevel.None);
if (reconnects === 'reconnects') {
  builder = builder.withAutomaticReconnect([0, 10, 100, 1000]);
}

const connection = builder.build();
connection.on('said', async what => {
  console.log(what.length > 100 ? what.length : what);
  if (what === 'bye') {
    await connection.stop();
  }
});
connection.on('events', events => console.log(JSON.stringify(events)));
connection.onreconnected(id => console.log(`reconnected: ${id}`));
connection.onclose(error => console.log(`closed: ${error?.message ?? 'without an error'}`));

try {
  await connection.start();
  console.log(connection.connectionId);
} catch (error) {
  console.log(`refused: ${error.message}`);
}

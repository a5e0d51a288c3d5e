// Connects to the hub of the address given over the transport named, says its connection id, prints each message it gets (of long ones the
// length) and leaves at 'bye'; says when and why the connection closed.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const signalR = createRequire(join(process.cwd(), 'package.json'))('@microsoft/signalr');
const [url, transport] = process.argv.slice(2);
const connection = new signalR.HubConnectionBuilder()
  .withUrl(url, { transport: signalR.HttpTransportType[transport] })
  .configureLogging(signalR.LogLevel.Error)
  .build();

connection.on('said', async what => {
  console.log(what.length > 100 ? what.length : what);
  if (what === 'bye') {
    await connection.stop();
  }
});
connection.onclose(error => console.log(`closed: ${error?.message ?? 'without an error'}`));

await connection.start();
console.log(connection.connectionId);

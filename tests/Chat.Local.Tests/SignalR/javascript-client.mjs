// Connects to the hub of the address given, says its connection id, prints the first message it gets and leaves.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const signalR = createRequire(join(process.cwd(), 'package.json'))('@microsoft/signalr');
const connection = new signalR.HubConnectionBuilder()
  .withUrl(process.argv[2])
  .configureLogging(signalR.LogLevel.Error)
  .build();

connection.on('said', async what => {
  console.log(what);
  await connection.stop();
});

await connection.start();
console.log(connection.connectionId);

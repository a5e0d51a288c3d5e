// Makes the database and the containers of infra/cosmos.json in the Cosmos DB emulator. What is there stays as it is.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

const endpoint = process.argv[2] ?? 'http://localhost:8081';
// The emulator's key, the same everywhere and public.
const key = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';

const { database, containers } = JSON.parse(readFileSync(new URL('../cosmos.json', import.meta.url), 'utf8'));
await create('dbs', '', { id: database });
for (const container of containers) await create('colls', `dbs/${database}`, container);

async function create(type, parent, resource) {
  const date = new Date().toUTCString();
  const signed = `post\n${type}\n${parent}\n${date.toLowerCase()}\n\n`;
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(signed).digest('base64');
  const answer = await fetch(`${endpoint}/${parent ? `${parent}/` : ''}${type}`, {
    method: 'POST',
    headers: {
      Authorization: encodeURIComponent(`type=master&ver=1.0&sig=${signature}`),
      'Content-Type': 'application/json',
      'x-ms-date': date,
      'x-ms-version': '2018-12-31',
    },
    body: JSON.stringify(resource),
  });
  if (!answer.ok && answer.status !== 409) throw new Error(`${resource.id}: ${answer.status} ${await answer.text()}`);
  console.log(`${resource.id}: ${answer.ok ? 'made' : 'is there'}`);
}

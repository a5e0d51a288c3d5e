// What the npm package does against the account over HTTP; the test beside it runs this.
import assert from "node:assert/strict";
import { BulkOperationType, ChangeFeedStartFrom, CosmosClient } from "@azure/cosmos";

const endpoint = process.env.COSMOS_ENDPOINT;
const client = new CosmosClient({ endpoint, key: process.env.COSMOS_KEY });
const container = client.database("chat").container("items");

const fails = (promise, code) => assert.rejects(promise, (error) => {
  assert.equal(error.code, code);
  return true;
});

const step = async (name, run) => {
  await run();
  console.log(name);
};

await step("items", async () => {
  const created = await container.items.create({ id: "a", pk: "k", n: 1 });
  assert.equal(created.statusCode, 201);
  assert.equal((await container.item("a", "k").read()).resource.n, 1);
  assert.equal((await container.items.upsert({ id: "a", pk: "k", n: 2 })).statusCode, 200);
  assert.equal((await container.item("a", "k").patch([{ op: "incr", path: "/n", value: 5 }])).resource.n, 7);
  await fails(container.items.create({ id: "a", pk: "k" }), 409);
  const stale = { accessCondition: { type: "IfMatch", condition: created.etag } };
  await fails(container.item("a", "k").replace({ id: "a", pk: "k" }, stale), 412);
  await fails(container.item("b", "k").delete(), 404);
  assert.equal((await container.item("b", "k").read()).statusCode, 404);
});

await step("queries", async () => {
  for (let i = 0; i < 12; i++) {
    await container.items.create({ id: `q${i}`, pk: `p${i}`, seq: 11 - i });
    await container.items.create({ id: `s${i}`, pk: "same", seq: i });
  }

  const spec = { query: "SELECT * FROM c WHERE c.seq >= @least ORDER BY c.seq", parameters: [{ name: "@least", value: 2 }] };
  const paged = container.items.query(spec, { partitionKey: "same", maxItemCount: 4 });
  const pages = [];
  while (paged.hasMoreResults()) {
    const { resources } = await paged.fetchNext();
    pages.push((resources ?? []).map((item) => item.seq));
  }

  assert.deepEqual(pages.flat(), [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.ok(pages.every((page) => page.length <= 4));

  const across = async (query) => (await container.items.query(query, { maxItemCount: 3 }).fetchAll()).resources;
  assert.deepEqual(
    await across("SELECT VALUE c.seq FROM c WHERE c.pk != 'same' AND IS_DEFINED(c.seq) ORDER BY c.seq"),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.deepEqual(await across("SELECT TOP 3 VALUE c.id FROM c WHERE c.pk != 'same' ORDER BY c.seq"), ["q11", "q10", "q9"]);
  assert.deepEqual(await across("SELECT VALUE COUNT(1) FROM c WHERE IS_DEFINED(c.seq)"), [24]);
  assert.deepEqual(await across("SELECT VALUE MAX(c.seq) FROM c"), [11]);
});

await step("batch", async () => {
  const done = await container.items.batch([
    { operationType: BulkOperationType.Create, resourceBody: { id: "b1", pk: "k" } },
    { operationType: BulkOperationType.Upsert, resourceBody: { id: "b2", pk: "k", n: 1 } },
    { operationType: BulkOperationType.Patch, id: "b2", resourceBody: { operations: [{ op: "set", path: "/n", value: 3 }] } },
    { operationType: BulkOperationType.Read, id: "b2" },
    { operationType: BulkOperationType.Replace, id: "b1", resourceBody: { id: "b1", pk: "k", n: 4 } },
    { operationType: BulkOperationType.Delete, id: "a" },
  ], "k");
  assert.equal(done.code, 200);
  assert.deepEqual(done.result.map((one) => one.statusCode), [201, 201, 200, 200, 200, 204]);
  assert.equal(done.result[3].resourceBody.n, 3);

  const failed = await container.items.batch([
    { operationType: BulkOperationType.Create, resourceBody: { id: "b3", pk: "k" } },
    { operationType: BulkOperationType.Create, resourceBody: { id: "b1", pk: "k" } },
  ], "k");
  assert.equal(failed.code, 207);
  assert.deepEqual(failed.result.map((one) => one.statusCode), [424, 409]);
  assert.equal((await container.item("b3", "k").read()).statusCode, 404);
});

await step("bulk", async () => {
  const creates = Array.from({ length: 30 }, (_, i) => ({
    operationType: BulkOperationType.Create,
    resourceBody: { id: `bulk${i}`, pk: `x${i % 7}` },
    partitionKey: `x${i % 7}`,
  }));
  const results = await container.items.executeBulkOperations(
    [...creates, creates[0], { operationType: BulkOperationType.Delete, id: "none", partitionKey: "x0" }]);
  assert.deepEqual(results.slice(0, 30).map((one) => one.response?.statusCode), creates.map(() => 201));
  assert.deepEqual(results.slice(30).map((one) => one.error?.code), [409, 404]);
});

await step("change feed", async () => {
  const feed = container.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning(), maxItemCount: 10 });
  const seen = new Set();
  for (let unchanged = 0; unchanged < 2;) {
    const page = await feed.readNext();
    unchanged = page.statusCode === 304 ? unchanged + 1 : 0;
    for (const item of page.result ?? []) {
      seen.add(item.id);
    }
  }

  assert.equal(seen.size, 24 + 2 + 30);
});

await step("hierarchical keys", async () => {
  const paths = ["/tenant", "/user"];
  const { container: tree } = await client.database("chat").containers.create(
    { id: "tree", partitionKey: { paths, kind: "MultiHash", version: 2 } });
  for (let i = 0; i < 12; i++) {
    await tree.items.create({ id: `${i}`, tenant: i % 3 === 0 ? "x" : "y", user: `u${i}`, seq: 11 - i });
  }

  const under = async (query, partitionKey) => (await tree.items.query(query, { partitionKey, maxItemCount: 2 }).fetchAll()).resources;
  assert.deepEqual((await under("SELECT VALUE c.id FROM c", ["x"])).sort(), ["0", "3", "6", "9"]);
  assert.deepEqual(await under("SELECT VALUE c.id FROM c ORDER BY c.seq", ["x"]), ["9", "6", "3", "0"]);
  assert.deepEqual(await under("SELECT VALUE c.id FROM c ORDER BY c.seq OFFSET 1 LIMIT 2", ["x"]), ["6", "3"]);
  assert.deepEqual(await under("SELECT VALUE COUNT(1) FROM c", ["y"]), [8]);
  assert.deepEqual(await under("SELECT VALUE c.id FROM c", ["x", "u3"]), ["3"]);
  assert.deepEqual(await under("SELECT VALUE c.id FROM c", ["none"]), []);
});

await step("containers", async () => {
  const definition =
    { id: "given", partitionKey: { paths: ["/pk"] }, uniqueKeyPolicy: { uniqueKeys: [{ paths: ["/mail"] }] }, throughput: 500 };
  const { container: given } = await client.database("chat").containers.create(definition);
  await given.items.create({ id: "a", pk: "k", mail: "m" });
  await fails(given.items.create({ id: "b", pk: "k", mail: "m" }), 409);
  const { offer, resource } = await given.readOffer();
  assert.equal(resource.content.offerThroughput, 500);
  resource.content.offerThroughput = 600;
  await offer.replace(resource);
  assert.equal((await given.readOffer()).resource.content.offerThroughput, 600);
  assert.deepEqual(
    (await client.database("chat").containers.query("SELECT VALUE c.id FROM c WHERE c.id = 'given'").fetchAll()).resources, ["given"]);
  const { resource: read } = await given.read();
  assert.equal((await given.replace({ ...read, defaultTtl: 60 })).resource.defaultTtl, 60);
  await fails(
    client.database("chat").containers.create(
      { id: "b", partitionKey: { paths: ["/pk"] }, computedProperties: [{ name: "n", query: "SELECT VALUE 1 FROM c" }] }),
    400);
  await fails(client.database("chat").container("none").read(), 404);
});

await step("another key", async () => {
  const stranger = new CosmosClient({ endpoint, key: Buffer.alloc(64).toString("base64") });
  await fails(stranger.database("chat").container("items").item("b1", "k").read(), 401);
});

console.log("done");

// What the npm package does against the broker over AMQP; the test beside it runs this.
import assert from "node:assert/strict";
import { ServiceBusClient } from "@azure/service-bus";

const connection = process.env.SERVICEBUS_CONNECTION;
const client = new ServiceBusClient(connection, { retryOptions: { maxRetries: 0 } });
const sender = client.createSender("orders");
const receiver = client.createReceiver("orders");
const letters = client.createReceiver("orders", { subQueueType: "deadLetter" });

const fails = (promise, code) => assert.rejects(promise, (error) => {
  assert.equal(error.code, code);
  return true;
});

const receive = async (from = receiver) => {
  const [message] = await from.receiveMessages(1, { maxWaitTimeInMs: 30_000 });
  assert.ok(message, "a message was expected");
  return message;
};

const step = async (name, run) => {
  await run();
  console.log(name);
};

await step("send, receive, complete", async () => {
  await sender.sendMessages(
    { body: { n: 1 }, messageId: "a", subject: "s", contentType: "application/json", applicationProperties: { p: 2 } });
  const message = await receive();
  assert.deepEqual(message.body, { n: 1 });
  assert.deepEqual([message.messageId, message.subject, message.applicationProperties.p], ["a", "s", 2]);
  await receiver.renewMessageLock(message);
  await receiver.completeMessage(message);
  assert.deepEqual(await receiver.peekMessages(1, { fromSequenceNumber: message.sequenceNumber }), []);
});

await step("a message without an id", async () => {
  await sender.sendMessages({ body: "plain" });
  const message = await receive();
  assert.equal(message.body, "plain");
  assert.ok(message.messageId);
  await receiver.completeMessage(message);
});

await step("abandon, defer, dead-letter", async () => {
  await sender.sendMessages({ body: "again", messageId: "b" });
  const first = await receive();
  assert.equal(first.deliveryCount, 0);
  await receiver.abandonMessage(first, { tried: 1 });
  const second = await receive();
  assert.deepEqual([second.deliveryCount, second.applicationProperties.tried], [1, 1]);
  await receiver.deferMessage(second);
  const [deferred] = await receiver.receiveDeferredMessages(second.sequenceNumber);
  await receiver.deadLetterMessage(deferred, { deadLetterReason: "Why", deadLetterErrorDescription: "Because" });
  const letter = await receive(letters);
  assert.deepEqual([letter.messageId, letter.deadLetterReason, letter.deadLetterErrorDescription], ["b", "Why", "Because"]);
  await letters.completeMessage(letter);
});

await step("batches", async () => {
  const batch = await sender.createMessageBatch();
  for (let n = 0; n < 20; n++) {
    assert.ok(batch.tryAddMessage({ body: n, messageId: `batch${n}` }));
  }

  await sender.sendMessages(batch);
  for (let left = 20; left > 0;) {
    const messages = await receiver.receiveMessages(left, { maxWaitTimeInMs: 30_000 });
    assert.ok(messages.length > 0);
    await Promise.all(messages.map((message) => receiver.completeMessage(message)));
    left -= messages.length;
  }
});

await step("schedule, peek, cancel", async () => {
  const [number] = await sender.scheduleMessages([{ body: "later", messageId: "c" }], new Date(Date.now() + 3_600_000));
  const [seen] = await receiver.peekMessages(1, { fromSequenceNumber: number });
  assert.deepEqual([seen.messageId, seen.state], ["c", "scheduled"]);
  await sender.cancelScheduledMessages(number);
  await fails(sender.cancelScheduledMessages(number), "MessageNotFound");
});

await step("receive and delete", async () => {
  await sender.sendMessages({ body: "gone", messageId: "d" });
  const taker = client.createReceiver("orders", { receiveMode: "receiveAndDelete" });
  assert.equal((await receive(taker)).messageId, "d");
  await taker.close();
});

await step("a subscription", async () => {
  let subscription;
  const pushed = new Promise((resolve, reject) => {
    subscription = receiver.subscribe(
      { processMessage: async (message) => resolve(message.body), processError: async (error) => reject(error.error) });
  });
  await sender.sendMessages({ body: "pushed" });
  assert.equal(await pushed, "pushed");
  await subscription.close();
});

await step("refusals", async () => {
  await fails(client.createSender("nowhere").sendMessages({ body: "" }), "MessagingEntityNotFound");
  await fails(sender.sendMessages({ body: Buffer.alloc(300_000) }), "MessageSizeExceeded");
  const stranger = new ServiceBusClient(connection.replace("SAS_KEY_VALUE", "another"), { retryOptions: { maxRetries: 0 } });
  await fails(stranger.createSender("orders").sendMessages({ body: "" }), "UnauthorizedAccess");
  await stranger.close();
});

await client.close();
console.log("done");

import { expect, test } from "vitest";
import { fake } from "../../src/channels/fake.ts";
import { log } from "../../src/channels/log.ts";
import type { Delivery } from "../../src/store/index.ts";

const delivery: Delivery = {
  id: "msg_1",
  channel: "crm",
  to: { topic: "a" },
  destination: "a",
  alert: { title: "Hello" },
  createdAt: 0,
  attempt: 1,
};
const attempting = { now: 0, signal: new AbortController().signal };

test("fake: answers as planned, then as usual, and notes it all", async () => {
  const crm = fake();
  expect(crm.accept("x")).toEqual({ destination: "x" });
  expect(crm.accept({ topic: "a" })).toEqual({ destination: '{"topic":"a"}' });
  crm.assertNothingDelivered();
  crm.plan({ kind: "rejected", reason: "no" }, ({ id }) => ({ kind: "gone", reason: id }));
  expect((await crm.send(delivery, attempting)).outcome).toEqual({ kind: "rejected", reason: "no" });
  expect((await crm.send(delivery, attempting)).outcome).toEqual({ kind: "gone", reason: "msg_1" });
  expect((await crm.send(delivery, attempting)).outcome).toEqual({ kind: "delivered" });
  expect(crm.attempts).toHaveLength(3);
  expect(crm.delivered).toEqual([delivery]);
  crm.assertDelivered({ to: { topic: "a" }, alert: { title: "Hello" } });
  crm.assertDelivered({ to: { topic: "b" } }, 0);
  crm.clear();
  crm.assertNothingDelivered();
});

test("fake: what fails says what there is", async () => {
  const crm = fake();
  expect(() => crm.assertDelivered({ to: "b" })).toThrow('expected 1 deliveries with {"to":"b"}, found 0 among none');
  await crm.send(delivery, attempting);
  expect(() => crm.assertDelivered({ to: "b" })).toThrow('- crm to {"topic":"a"}: Hello');
  expect(() => crm.assertNothingDelivered()).toThrow("expected nothing to be delivered, found");
});

test("log: prints what would be sent, and nothing that steers a terminal", async () => {
  let text = "";
  const channel = log({
    write: (more) => {
      text += more;
    },
  });
  const alert = { title: "Hi \u001b[31mred\u202e", subtitle: "", body: "one\ntwo\r\nmsg_2 → crm" };
  await channel.send({ ...delivery, to: "a\u0007", alert, attempt: 2, options: { a: 1 } }, attempting);
  expect(text).toBe(
    [
      "msg_1 → crm a\\u{7}, attempt 2",
      "  title: Hi \\u{1b}[31mred\\u{202e}",
      "  subtitle: ",
      "  body: one",
      "    two\\u{d}",
      "    msg_2 → crm",
      '  options: {"a":1}',
      "",
    ].join("\n"),
  );
});

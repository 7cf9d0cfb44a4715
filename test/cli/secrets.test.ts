import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { shownUrl } from "../../src/dispatch/secrets/url.ts";
import { folderOf, tocsin } from "./harness.ts";
import { startReceiver } from "./receiver.ts";

const receiver = await startReceiver();
const files = {
  "tocsin.yaml": `
guard: { allow: [127.0.0.1] }
channels:
  chat: { kind: webhook, url: "\${CHAT_URL}", body: '{ "room": "\${ROOM}", "text": {{ .alert.title }} }', retry: { maxAttempts: 1 } }
  own: { kind: webhook, to: "{{ .hook }}" }
`,
  "a.yaml": "title: Hello\n",
};
const env = { CHAT_URL: `${receiver.url}/services/T012AB3CD/CHATTOKEN-1`, ROOM: "room-4711-of-ops" };
const given = `${receiver.url}/services/T012AB3CD/GIVENTOKEN-2`;
const hook = `${receiver.url}/hooks/HOOKTOKEN-3`;

test("no command and no file tells a channel's URL, nor what the environment filled in; given URLs are kept, and shown by a hash", async () => {
  const folder = folderOf({ ...files, "ada.json": JSON.stringify({ hook }) });
  const run = async (...args: string[]) => {
    const { stdout, stderr } = await tocsin(folder, args, "", { env });
    return stdout + stderr;
  };
  receiver.answer(500, 500, 500);
  const outputs = [
    await run(
      "send",
      "a.yaml",
      "-p",
      "ada.json",
      "--to",
      "chat",
      "--to",
      "own",
      "--to",
      given,
      "--allow",
      "127.0.0.1",
      "--key",
      "k",
      "--keep-source",
      "--json",
    ),
    await run("send", "a.yaml", "-p", "ada.json", "--to", given, "--allow", "127.0.0.1", "--dry-run"),
    await run("outbox", "list"),
    await run("outbox", "list", "--json"),
    await run("outbox", "stats"),
    await run("outbox", "list", "--channel", given),
    await run("outbox", "enable", given, given),
  ];
  const ids = [...new Set(outputs[3]!.match(/msg_[0-9a-z]{26}/g))];
  expect(ids).toHaveLength(3);
  for (const id of ids)
    outputs.push(await run("why", id), await run("why", id, "--json"), await run("outbox", "show", id));
  const all = outputs.join("\n");
  expect(all).not.toMatch(/CHATTOKEN-1|GIVENTOKEN-2|HOOKTOKEN-3|room-4711-of-ops/);
  for (const url of [env.CHAT_URL, given, hook]) expect(all).toContain(shownUrl(url));
  expect(outputs[5]!.match(/msg_/g)).toHaveLength(1);
  expect(outputs[0]).toContain(`"channel":"${shownUrl(given)}"`);
  const paths = receiver.take().map(({ path, body }) => [path, body.includes("room-4711-of-ops")]);
  expect(paths.sort()).toEqual([
    ["/hooks/HOOKTOKEN-3", false],
    ["/services/T012AB3CD/CHATTOKEN-1", true],
    ["/services/T012AB3CD/GIVENTOKEN-2", false],
  ]);
  const stored = readdirSync(folder)
    .filter((name) => name.startsWith("tocsin.db"))
    .map((name) => readFileSync(join(folder, name), "latin1"))
    .join("");
  expect(stored).not.toMatch(/CHATTOKEN-1|room-4711-of-ops/);
  expect(stored).toMatch(/GIVENTOKEN-2/);

  // Another process sends to the URL that was given, which it knows from what is kept alone.
  await run("outbox", "replay", "--all");
  const lines = await run("outbox", "list", "--json");
  expect(lines.match(/"state":"pending"/g)?.length).toBeGreaterThan(0);
  const worked = await run("work", "--until-settled", "--allow", "127.0.0.1");
  expect(worked).not.toMatch(/CHATTOKEN-1|GIVENTOKEN-2|HOOKTOKEN-3|room-4711-of-ops/);
  expect(worked).toContain(shownUrl(given));
  expect(receiver.take().map(({ path }) => path)).toContain("/services/T012AB3CD/CHATTOKEN-1");
});

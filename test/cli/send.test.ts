import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { generateSecret, verify } from "../../src/channels/webhook.ts";
import { folderOf, type Outcome, tocsin } from "./harness.ts";
import { type Received, startReceiver } from "./receiver.ts";

const receiver = await startReceiver();
const key = generateSecret();
const env = { CRM_URL: `${receiver.url}/in`, CRM_KEY: key };

const files = {
  "tocsin.yaml": `
guard: { allow: [127.0.0.1] }
channels:
  crm: { kind: webhook, url: "\${CRM_URL}", keys: ["\${CRM_KEY}"], retry: { wait: [1ms, 1ms], jitter: 0 } }
  own: { kind: webhook, to: "{{ .hook }}" }
  show: { kind: log, to: "{{ .email }}" }
`,
  "welcome.yaml": "title: Hey, {{ .first_name }}\nbody: '{{ .balance.amount }}'\n",
  "ada.json": '{"first_name":"Ada","email":"ada@example.com","balance":{"amount":3}}',
  "all.ndjson": [
    '{"first_name":"Ada","email":"ada@example.com","balance":{"amount":1}}',
    '{"first_name":"Zoë","balance":{"amount":2}}',
    "{",
    '{"first_name":"Grace","email":"grace@example.com","balance":4}',
    "",
  ].join("\n"),
};

const ids = /msg_[0-9a-z]{26}/g;
/** Ids are each run's own. */
const plain = ({ code, stdout, stderr }: Outcome) => ({
  code,
  stdout: stdout.replace(ids, "ID"),
  stderr: stderr.replace(ids, "ID"),
});
const start = () => {
  const folder = folderOf(files);
  return (...args: string[]) => tocsin(folder, args, "", { env });
};

test("a signed webhook, and its story", async () => {
  const run = start();
  receiver.answer(503);
  const sent = await run("send", "welcome.yaml", "-p", "ada.json", "--to", "crm", "--wait");
  expect(plain(sent)).toEqual({ code: 0, stdout: "ID\n1 delivered\n", stderr: "" });
  const [first, second] = receiver.take() as [Received, Received];
  const [id] = sent.stdout.match(ids)!;
  for (const { headers, body } of [first, second]) expect(verify(headers, body, [key])).toMatchObject({ id });
  expect(JSON.parse(second.body)).toMatchObject({ type: "alert", data: { title: "Hey, Ada", body: "3" } });
  expect(first.body).toBe(second.body);

  const why = await run("why", id!);
  expect(why.stdout).toContain("delivered after 2 attempts, ");
  expect(why.stdout).toMatch(/attempt 1, \S+: retry: .*503/);
  expect(why.stdout).toMatch(/attempt 2, \S+: delivered/);
  expect(why.stdout).not.toContain(key);
  const json = JSON.parse((await run("why", id!, "--json")).stdout);
  expect(json).toMatchObject({ id, state: "delivered", attempts: 2 });
});

test("many profiles: what fails is told with its line, and holds up nobody", async () => {
  const run = start();
  const { code, stdout, stderr } = plain(await run("send", "welcome.yaml", "-p", "all.ndjson", "--to", "show"));
  expect(code).toBe(1);
  expect(stdout).toContain("title: Hey, Ada");
  expect(stdout).not.toContain("Zoë");
  expect(stdout.split("\n").at(-2)).toBe(
    "1 delivered, 1 has no destination, 1 not queued: the profile cannot be read, 1 not queued: the template failed",
  );
  expect(stderr).toContain("all.ndjson:3:2: not JSON");
  expect(stderr).toContain("all.ndjson:4: welcome.yaml:2:19: body:");
});

test("the same key is the same delivery", async () => {
  const run = start();
  const send = () => run("send", "welcome.yaml", "-p", "ada.json", "--to", "crm", "--key", "welcome-{{ .email }}");
  expect((await send()).stdout).toContain("1 delivered");
  expect((await send()).stdout).toBe("1 skipped (already sent with this key)\n");
  expect(receiver.take()).toHaveLength(1);
  const missing = await run("send", "welcome.yaml", "-p", "ada.json", "--to", "crm", "--key", "{{ .id }}");
  expect(missing).toMatchObject({ code: 1, stdout: "1 not queued: the template failed\n" });
});

test("what is only queued is delivered by work", async () => {
  const run = start();
  expect((await run("send", "welcome.yaml", "-p", "ada.json", "--to", "crm", "--queue")).stdout).toContain(
    "1 queued; run tocsin work to deliver",
  );
  expect(receiver.take()).toHaveLength(0);
  const worked = await run("work", "--until-settled");
  expect(worked.code).toBe(0);
  const lines = worked.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ msg }) => msg)).toEqual(["working", "settled", "stopping", "stopped"]);
  expect(lines[1]).toMatchObject({ channel: "crm", state: "delivered", attempts: 1 });
  // No personal data: not where it went, nor what it said.
  expect(worked.stdout).not.toMatch(/Ada|\/in/);
  expect(receiver.take()).toHaveLength(1);
});

test("work ends when it is told to", async () => {
  const folder = folderOf(files);
  const worked = await tocsin(folder, ["work"], "", { env, untilStopped: async () => "SIGTERM" });
  expect(worked.code).toBe(0);
  expect(worked.stdout).toContain('"why":"SIGTERM","msg":"stopping"');
});

describe("the outbox", () => {
  test("dead letters are listed, told, and replayed", async () => {
    const run = start();
    receiver.answer(400);
    const sent = await run("send", "welcome.yaml", "-p", "ada.json", "--to", "crm");
    expect(plain(sent)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^ID on crm to .*: failed for good: .*400/),
    });
    const [id] = sent.stdout.match(ids)!;
    const list = await run("outbox", "list", "--state", "dead", "--json");
    expect(JSON.parse(list.stdout)).toMatchObject({ id, state: "dead", channel: "crm" });
    expect((await run("outbox", "stats")).stdout).toMatch(/crm\s+0\s+0\s+1\s+0\s+0/);
    expect((await run("outbox", "replay", id!)).stdout).toBe("1 delivery queued again\n");
    expect((await run("work", "--until-settled")).code).toBe(0);
    expect(JSON.parse((await run("outbox", "show", id!)).stdout)).toMatchObject({ state: "delivered" });
    expect(await run("outbox", "replay")).toMatchObject({ code: 2 });
    expect(await run("outbox", "replay", "msg_none")).toMatchObject({ code: 1, stdout: "0 deliveries queued again\n" });
    receiver.take();
  });

  test("rendered anew: what differs is shown, and a dry run keeps nothing", async () => {
    const folder = folderOf({
      ...files,
      "time.yaml":
        "title: 'At {{ formatTime .at }}'\nbody: |\n  Hey, {{ .first_name }}\n  {{ if .gone }}{{ abort `x` }}{{ end }}\n",
      "at.json": '{"first_name":"Ada","at":1700000000}',
    });
    const run = (...args: string[]) => tocsin(folder, args, "", { env });
    const sent = await run("send", "time.yaml", "-p", "at.json", "--to", "crm", "--keep-source");
    const unkept = await run("send", "time.yaml", "-p", "at.json", "--to", "crm");
    const [id] = sent.stdout.match(ids)!;
    const [other] = unkept.stdout.match(ids)!;
    expect(receiver.take()).toHaveLength(2);
    writeFileSync(join(folder, "tocsin.yaml"), `timeZone: Europe/Rome\n${files["tocsin.yaml"]}`);
    const differences = "  title: At [-10-]{+11+}:13 PM\n";

    const dry = await run("outbox", "replay", id!, "--rendered", "--dry-run");
    expect(dry).toEqual({ code: 0, stdout: `${id} would be sent again\n${differences}`, stderr: "" });
    const mixed = plain(await run("outbox", "replay", other!, id!, "--rendered"));
    expect(mixed.stdout).toBe(`ID queued again as ID\n${differences}`);
    expect(mixed.stderr).toBe(
      "replay: profile and template of ID were not kept; send with keepSource, or replay it as it was sent\n",
    );
    expect(mixed.code).toBe(1);
    expect(receiver.take()).toHaveLength(0);
    expect((await run("work", "--until-settled")).code).toBe(0);
    expect(receiver.take().map(({ body }) => JSON.parse(body).data.title)).toEqual(["At 11:13 PM"]);

    const [json] = (await run("outbox", "replay", id!, "--rendered", "--dry-run", "--json")).stdout.split("\n");
    expect(JSON.parse(json!)).toMatchObject({ replayOf: id, dryRun: true, differences: [{ part: "title" }] });
    expect(await run("outbox", "replay", id!, "--dry-run")).toMatchObject({ code: 2 });
  });

  test("what waits can be cancelled", async () => {
    const run = start();
    await run("send", "welcome.yaml", "-p", "ada.json", "--to", "crm", "--queue");
    expect((await run("outbox", "cancel", "--all", "--reason", "sale is over")).stdout).toBe("1 delivery cancelled\n");
    expect((await run("work", "--until-settled")).code).toBe(0);
    expect(receiver.take()).toHaveLength(0);
    expect((await run("outbox", "list")).stdout).toContain("sale is over");
  });
});

test("a dry run sends and keeps nothing", async () => {
  const run = start();
  const { code, stdout } = await run("send", "welcome.yaml", "-p", "ada.json", "--to", "crm", "--dry-run");
  expect(code).toBe(0);
  expect(stdout).toContain("1 would be sent");
  expect(receiver.take()).toHaveLength(0);
  expect(await run("outbox", "list")).toEqual({
    code: 1,
    stdout: "",
    stderr: "tocsin.db: no store here; tocsin apply, send or serve creates one. Name another with --store\n",
  });
});

test.each([
  [
    ["--to", "nowhere"],
    /^tocsin\.yaml: --to: no channel "nowhere" in the configuration; there are: crm, own, show, log, a URL\n$/,
  ],
  [["--to", "own=ftp://example.com"], /ftp:; use http: or https:/],
  [["--to", "own={{ .hook"], /^tocsin\.yaml: --to: template: own\.to:1: unclosed action\n$/],
])("%j is refused", async (args, message) => {
  const { code, stderr } = await start()("send", "welcome.yaml", "-p", "ada.json", ...args);
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
});

test("a URL in place of a channel is behind the guard", async () => {
  const folder = folderOf({ "welcome.yaml": files["welcome.yaml"], "ada.json": files["ada.json"] });
  const send = (...more: string[]) =>
    tocsin(folder, ["send", "welcome.yaml", "-p", "ada.json", "--to", `${receiver.url}/x`, ...more]);
  expect(await send()).toMatchObject({ code: 1, stderr: expect.stringContaining("127.0.0.1 is a loopback address") });
  expect((await send("--allow", "127.0.0.1")).stdout).toContain("1 delivered");
  expect(receiver.take()).toMatchObject([{ path: "/x" }]);
});

describe("keys and verify", () => {
  test.each([[[]], [["--asymmetric"]]])("webhook %j", async (args) => {
    const { stdout } = await tocsin(".", ["keys", "webhook", "--json", ...args]);
    const made = JSON.parse(stdout);
    const { signatureHeaders } = await import("../../src/channels/webhook.ts");
    const headers = signatureHeaders("msg_1", Math.floor(Date.now() / 1000), "{}", [made.secret]);
    const flags = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
    const check = (body: string) => tocsin(".", ["verify", "--key", made.public ?? made.secret, ...flags], body);
    expect(await check("{}")).toMatchObject({ code: 0, stdout: expect.stringContaining("valid: msg_1") });
    expect(await check("{} ")).toMatchObject({ code: 1, stderr: expect.stringContaining("invalid: ") });
  });

  test("vapid", async () => {
    const { publicKey, privateKey } = JSON.parse((await tocsin(".", ["keys", "vapid", "--json"])).stdout);
    expect([Buffer.from(publicKey, "base64url").length, Buffer.from(privateKey, "base64url").length]).toEqual([65, 32]);
  });
});

test("config check and schema", async () => {
  const run = start();
  expect((await run("config", "check")).stdout).toBe(
    "tocsin.yaml is valid; 3 channels: crm (webhook), own (webhook), show (log)\n",
  );
  expect(JSON.parse((await run("config", "schema")).stdout)).toMatchObject({ type: "object" });
});

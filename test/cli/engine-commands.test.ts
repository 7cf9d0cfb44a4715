import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { shownUrl } from "../../src/dispatch/secrets/url.ts";
import { folderOf, type Outcome, tocsin } from "./harness.ts";
import { startReceiver } from "./receiver.ts";

const receiver = await startReceiver();

const config = `guard: { allow: [127.0.0.1] }
channels:
  crm: { kind: webhook, url: "\${CRM_URL}" }
profiles: { identifiers: { email: , phone: } }
streams:
  shop:
    identifiers: { email: "{{ .mail }}" }
    fields: { visits: { path: visits } }
audiences:
  regulars: { where: gt (or .visits 0) 10 }
triggers:
  thanks:
    on: { enter: regulars }
    send: [{ channel: crm }]
    alert: alerts.yaml
alarms:
  nobody: { when: { empty: regulars }, send: [{ channel: crm }] }
`;

const files = {
  "tocsin.yaml": config,
  "alerts.yaml": "title: Thank you, {{ .name }}\n",
  "all.ndjson": [
    '{"name":"Ada","email":"Ada@Example.com","visits":12}',
    '{"name":"Bob","phone":"+1 202","visits":3,"order":9007199254740993}',
    "{",
    '{"name":"Nobody"}',
    "",
    '{"name":"Eve","email":"unknown","phone":"+1 203"}',
  ].join("\n"),
};

/** Ids and times are each run's own. */
const plain = ({ code, stdout, stderr }: Outcome) => ({ code, stdout: masked(stdout), stderr: masked(stderr) });
const masked = (text: string): string =>
  text
    .replace(/\b(prf|run|fir|msg|key|evt)_[0-9a-z]{26}/g, "$1_ID")
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+Z)?/g, "TIME")
    .replaceAll(receiver.url, "URL");

function start(more: Readonly<Record<string, string>> = {}) {
  const folder = folderOf({ ...files, ...more });
  const raw = (...args: string[]) => tocsin(folder, args, "", { env: { CRM_URL: receiver.url } });
  return { folder, raw, run: async (...args: string[]) => plain(await raw(...args)) };
}

/** With what the files say in force, and the profiles known. */
async function started(more: Readonly<Record<string, string>> = {}) {
  const self = start(more);
  expect((await self.run("apply", "--yes")).code).toBe(0);
  await self.run("profile", "import", "all.ndjson");
  expect((await self.run("apply", "--wait")).stdout).toBe("No changes.\n");
  return self;
}

const ok = (stdout: string) => ({ code: 0, stdout, stderr: "" });

describe("profiles", () => {
  test("an import says what is wrong on which line, and may be run again", async () => {
    const { run } = start();
    await run("apply", "--yes");
    const complaints = [
      "all.ndjson:3:2: not JSON: Expected property name or '}'\n",
      "all.ndjson:4: no identifier: email and phone are all missing or empty\n",
      'all.ndjson:6: identifier email rejected: "unknown" identifies nobody\n',
    ];
    const first = await run("profile", "import", "all.ndjson");
    expect(first.code).toBe(1);
    expect(first.stdout).toBe("5 profiles read: 3 new, 2 rejected; 1 identifier rejected\n");
    expect(first.stderr.split(/(?<=\n)/).sort()).toEqual(complaints);
    const again = await run("profile", "import", "all.ndjson", "--json");
    expect(JSON.parse(again.stdout)).toEqual({
      read: 5,
      created: 0,
      changed: 0,
      unchanged: 3,
      failed: 2,
      refused: 1,
    });
    expect(again.stderr.split("\n")[0]).toMatch(/^\{"error":\{.*"line":3/);
  });

  test("identifiers stand where --id says", async () => {
    const { run } = start({ "other.ndjson": '{"contact":{"mail":"ada@example.com"},"phone":"1"}\n' });
    await run("apply", "--yes");
    const imported = await run(
      "profile",
      "import",
      "other.ndjson",
      "--id",
      "email=.contact.mail",
      "--id",
      "phone=+{{ .phone }}",
    );
    expect(imported).toEqual(ok("1 profile read: 1 new\n"));
    const [head, row] = (await run("profile", "list")).stdout.split("\n");
    expect(head).toMatch(/^profile +created +updated +identifiers$/);
    expect(row).toBe("prf_ID  TIME  TIME  email=ada@example.com phone=+1");
    expect(await run("profile", "import", "other.ndjson", "--id", "email")).toEqual({
      code: 1,
      stdout: "",
      stderr: 'tocsin.yaml: --id: "email" is not KIND=.PATH or KIND={{ TEMPLATE }}\n',
    });
  });

  test("a merge is shown and undone", async () => {
    const both = '{"email":"ada@example.com","phone":"+1 202","visits":99}\n';
    const { run } = await started({ "both.ndjson": both });
    const before = [
      await run("profile", "download", "phone=+1 202"),
      await run("profile", "download", "email=ada@example.com"),
    ];
    expect(await run("profile", "import", "both.ndjson")).toMatchObject({ code: 0 });
    const shown = (await run("profile", "show", "email=ada@example.com")).stdout;
    expect(shown).toContain("  prf_ID was merged into it at TIME; tocsin profile split prf_ID undoes this\n");
    expect(await run("profile", "split", "phone=+1 202")).toEqual(
      ok("prf_ID is a separate profile again: phone=+1 202\nsplit from prf_ID: email=ada@example.com\n"),
    );
    expect(await run("profile", "download", "phone=+1 202")).toEqual(before[0]);
    // What was told with the merge stays with the one that stayed, but for what the other one had as well.
    expect(JSON.parse((await run("profile", "download", "email=ada@example.com")).stdout)).toEqual({
      ...JSON.parse(before[1]!.stdout),
      email: "ada@example.com",
      visits: 99,
    });
    expect(await run("profile", "split", "phone=+1 202")).toEqual({
      code: 1,
      stdout: "",
      stderr: "nothing was merged into prf_ID within the last 30 days\n",
    });
    expect((await run("profile", "import", "both.ndjson")).stderr).toContain("they were split at");
  });

  test("one is shown, downloaded and deleted", async () => {
    const { run } = await started();
    expect(await run("profile", "show", "email=ADA@example.com")).toEqual(
      ok(
        [
          "prf_ID, version 1, since TIME, changed TIME",
          "  email=ada@example.com",
          "  in regulars since TIME",
          "{",
          '  "name": "Ada",',
          '  "email": "Ada@Example.com",',
          '  "visits": 12',
          "}",
          "",
        ].join("\n"),
      ),
    );
    // More digits than a number holds.
    expect(JSON.parse((await run("profile", "download", "phone=+1 202")).stdout)).toEqual({
      name: "Bob",
      phone: "+1 202",
      visits: 3,
      order: "9007199254740993",
    });
    expect(await run("profile", "delete", "email=ada@example.com")).toEqual({
      code: 2,
      stdout: "email=ada@example.com and all its data would be deleted\n",
      stderr: "error: this cannot be undone. Run again with --yes to delete.\n",
    });
    expect(await run("profile", "delete", "email=ada@example.com", "--yes")).toEqual(
      ok("prf_ID deleted; the content of 0 deliveries erased\n"),
    );
    expect(await run("profile", "show", "email=ada@example.com")).toEqual({
      code: 1,
      stdout: "",
      stderr: "no profile email=ada@example.com; give its id, or an identifier such as email=ada@example.com\n",
    });
  });
});

describe("what is declared", () => {
  test("is planned, and put into force when told", async () => {
    const { run } = start();
    const plan = [
      "+ profiles (identifiers and merge rules) is new",
      "+ stream shop is new",
      "+ audience regulars is new: of 0 profiles 0 enter and 0 leave",
      "+ trigger thanks is new",
      "+ alarm nobody is new",
      "",
    ].join("\n");
    expect(await run("plan")).toEqual(ok(plan));
    expect(await run("apply")).toEqual({
      code: 2,
      stdout: plan,
      stderr: "Nothing changed. Run again with --yes to apply.\n",
    });
    expect(await run("apply", "--yes")).toEqual(ok(plan));
    expect(await run("apply", "--yes")).toEqual(ok("No changes.\n"));
  });

  test("an edit says who would enter and leave, and the linter what is wrong", async () => {
    const { run, folder } = await started();
    const edited = config
      .replace("gt (or .visits 0) 10", "gt .visits 2")
      .replace("    alert: alerts.yaml", "    alert: alerts.yaml\n    state: active");
    writeFileSync(join(folder, "tocsin.yaml"), edited);
    const { stdout, code } = await run("plan");
    expect(code).toBe(0);
    expect(stdout).toContain(
      '~ audience regulars changes: of 3 profiles 1 enter and 0 leave; its condition fails for 1, which counts as no match\n    enters: prf_ID {"name":"Bob"',
    );
    expect(stdout).toContain("> trigger thanks is active instead of draft\n");
    expect(stdout).toContain("! audience regulars: where:1:4: warning: .visits is missing in 1 of 3 samples");
    const json = JSON.parse((await run("plan", "--json")).stdout);
    expect(json.steps.map(({ kind, name, action }: Record<string, string>) => `${action} ${kind} ${name}`)).toEqual([
      "change audience regulars",
      "state trigger thanks",
    ]);
    expect((await run("apply", "--yes", "--fire", "--wait")).code).toBe(0);
    // Who entered by the edit is alerted, since it was said so.
    expect((await run("outbox", "list", "--json")).stdout.split("\n")).toHaveLength(2);
    writeFileSync(join(folder, "tocsin.yaml"), config.slice(0, config.indexOf("audiences:")));
    expect((await run("plan")).stdout).toBe(
      "- audience regulars is removed\n- trigger thanks is removed\n- alarm nobody is removed\n",
    );
  });

  test.each([
    [
      config.replace("gt (or .visits 0) 10", "gt (.visits"),
      /^tocsin\.yaml:10:15: audiences\.regulars\.where: .*unclosed left paren/,
    ],
    [
      config.replace("channel: crm }]\n    alert", "channel: cmr }]\n    alert"),
      /^tocsin\.yaml:14:14: triggers\.thanks\.send\.0\.channel: no channel named cmr; there are: crm\n$/,
    ],
    [
      config.replace("enter: regulars", "enter: regular"),
      /^tocsin\.yaml:13:11: triggers\.thanks\.on\.enter: no audience named regular; there are: regulars\n$/,
    ],
    [
      config.replace("alerts.yaml", "nowhere.yaml"),
      /^tocsin\.yaml:15:5: triggers\.thanks\.alert: nowhere\.yaml: there is no such file\n$/,
    ],
    [config.replace("alerts.yaml", "bad.yaml"), /^bad\.yaml:2:1: unknown key "titel"/],
  ])("what is wrong is said with its place", async (text, wanted) => {
    const { run } = start({ "tocsin.yaml": text, "bad.yaml": "title: x\ntitel: y\n" });
    const { code, stderr } = await run("plan");
    expect(code).toBe(1);
    expect(stderr).toMatch(wanted);
  });

  test("audiences and triggers are listed and shown", async () => {
    const { run, raw } = await started();
    expect(await run("audience", "list")).toEqual(
      ok("audience  members    where\nregulars  1          gt (or .visits 0) 10\n"),
    );
    expect(JSON.parse((await run("audience", "show", "regulars")).stdout)).toMatchObject({ size: 1, origin: "file" });
    expect(await run("audience", "sample", "regulars", "--fields")).toEqual(
      ok('{"name":"Ada","email":"Ada@Example.com","visits":12}\n'),
    );
    expect(await run("audience", "show", "nobody")).toEqual({
      code: 1,
      stdout: "",
      stderr: "no audience named nobody; there are: regulars\n",
    });
    expect((await raw("trigger", "list")).stdout).toBe(
      "trigger  state  sent  aborted  failed  next  on\nthanks   draft  0     0        0             enter regulars\n",
    );
    expect(await run("trigger", "activate", "thanks")).toEqual(ok("thanks is active\n"));
    expect(JSON.parse((await run("trigger", "show", "thanks", "--json")).stdout)).toMatchObject({
      state: "active",
      body: { alert: { title: "Thank you, {{ .name }}" } },
      lastDay: { sent: 0 },
    });
    expect(await run("trigger", "pause", "thanks")).toEqual(ok("thanks is paused\n"));
    expect((await run("trigger", "activate", "none")).stderr).toBe("no trigger named none; there are: thanks\n");
  });
});

test("nothing comes in where what is in force cannot run", async () => {
  const { folder, run } = await started();
  const elsewhere = folderOf({ "all.ndjson": files["all.ndjson"] });
  const there = async (...args: string[]) =>
    plain(await tocsin(elsewhere, [...args, "--store", join(folder, "tocsin.db")], ""));
  const why = (of: string, channel: string) => ({
    code: 1,
    stdout: "",
    stderr: `${of}.send.0.channel: no channel named ${channel}; none are defined yet\n`,
  });
  for (const args of [
    ["profile", "import", "all.ndjson"],
    ["backfill", "thanks", "--yes"],
    ["serve", "--listen", "0"],
  ]) {
    expect(await there(...args)).toEqual(why("alarm nobody", "crm"));
  }
  writeFileSync(join(folder, "tocsin.yaml"), config.slice(0, config.indexOf("alarms:")));
  await run("apply", "--yes");
  // A draft hears nothing anyway.
  expect((await there("profile", "import", "all.ndjson")).stdout).toMatch(/^5 profiles read: /);
  await run("trigger", "activate", "thanks");
  expect(await there("profile", "import", "all.ndjson")).toEqual(why("trigger thanks", "crm"));
  const leftOut =
    "trigger thanks.send.0.channel cannot be read, so it is left out: no channel named crm; none are defined yet\n";
  expect((await there("trigger", "list")).stderr).toBe(leftOut);
  expect((await there("audience", "list")).stderr).toBe(leftOut);
  expect((await run("trigger", "list")).stdout).toContain("active");
});

test("a trigger that fails says why", async () => {
  const to = config.replace("send: [{ channel: crm }]", 'send: [{ channel: crm, to: "/{{ .name }}" }]');
  const { run } = start({ "tocsin.yaml": to });
  await run("apply", "--yes");
  await run("trigger", "activate", "thanks");
  await run("profile", "import", "all.ndjson");
  const reason = "crm: the destination is not a URL; write https://HOST/PATH";
  expect(await run("trigger", "list")).toEqual({
    code: 0,
    stdout:
      "trigger  state   sent  aborted  failed  next  on\nthanks   active  0     0        1             enter regulars\n",
    stderr: `thanks fails: ${reason}; see tocsin trigger show thanks\n`,
  });
  const failure = { id: "fir_ID", profile: "prf_ID", at: expect.any(Number), reason };
  for (const words of [["list"], ["show", "thanks"]]) {
    const { stdout } = await run("trigger", ...words, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ lastDay: { failed: 1 }, failures: [failure] });
  }
});

test("a trigger whose template costs too much stops, says why, and goes on once it is activated", async () => {
  const many = Array.from({ length: 25 }, (_, i) => JSON.stringify({ email: `u${i}@example.com`, visits: 500 }));
  const { run } = start({
    "tocsin.yaml": `limits: { steps: 400, time: 2s }\n${config}`,
    "alerts.yaml": "title: '{{ range .visits }}.{{ end }}'\n",
    "all.ndjson": many.join("\n"),
  });
  await run("apply", "--yes");
  await run("trigger", "activate", "thanks");
  const why =
    '20 of its last 20 firings exceeded a limit: template: title:1:9: executing "title" at <.visits>: exceeded maximum number of steps (400); correct the trigger, then activate it again';
  expect((await run("profile", "import", "all.ndjson")).stderr).toBe(`trigger thanks stopped: ${why}\n`);
  const { stdout, stderr } = await run("trigger", "list");
  expect([stdout.split("\n")[1], stderr.split("\n")[0]]).toEqual([
    "thanks   failed  0     0        20            enter regulars",
    `thanks stopped: ${why}`,
  ]);
  expect(JSON.parse((await run("trigger", "show", "thanks")).stdout)).toMatchObject({ state: "failed", reason: why });
  expect((await run("trigger", "activate", "thanks")).stdout).toBe("thanks is active\n");
  expect((await run("trigger", "list")).stdout).toContain("active");
});

describe("runs", () => {
  test("a backfill is estimated first, alerts whom its trigger never did, once", async () => {
    const { run } = await started();
    const estimate = "1 member, 1 sampled: about 1 would be alerted; 0 skipped, 0 aborted, 0 failed\n";
    expect(await run("backfill", "thanks", "--estimate")).toEqual(ok(estimate));
    expect(await run("backfill", "thanks", "--yes")).toEqual({
      code: 1,
      stdout: "",
      stderr: "trigger thanks: only an active trigger can be backfilled; this one is draft\n",
    });
    await run("trigger", "activate", "thanks");
    expect(await run("backfill", "thanks")).toEqual({
      code: 2,
      stdout: estimate,
      stderr: "Nothing changed. Run again with --yes to alert them.\n",
    });
    expect(await run("backfill", "thanks", "--yes", "--wait", "--rate-limit", "100/1s", "--limit", "5")).toEqual(
      ok("run_ID (backfill thanks) is done: 1 profile, 1 alerted, 0 skipped, 0 failed\n"),
    );
    expect((await run("runs")).stdout.split("\n").filter((line) => line.includes("backfill"))).toEqual([
      expect.stringMatching(/^run_ID +backfill thanks +done +100% +1 +0 +0$/),
    ]);
    expect((await run("work", "--until-settled")).code).toBe(0);
    const [received] = receiver.take();
    expect(JSON.parse(received!.body).data).toMatchObject({
      title: "Thank you, Ada",
      trigger: { name: "thanks", backfill: true },
    });
    expect(await run("backfill", "thanks", "--rate-limit", "fast")).toMatchObject({ code: 2 });
  });

  test("one is paused, resumed and cancelled", async () => {
    const { run, raw } = await started();
    await run("trigger", "activate", "thanks");
    const { id } = JSON.parse((await raw("backfill", "thanks", "--yes", "--json")).stdout);
    const is = (state: string) =>
      ok(`run_ID (backfill thanks) is ${state}: 0 profiles, 0 alerted, 0 skipped, 0 failed\n`);
    expect(await run("runs", "pause", id)).toEqual(is("paused (by hand)"));
    expect(await run("runs", "resume", id)).toEqual(is("running"));
    expect(await run("runs", "cancel", id)).toEqual(is("cancelled (by hand)"));
    expect(await run("runs", "watch", id)).toEqual(is("cancelled (by hand)"));
    expect(await run("runs", "resume", id)).toEqual({
      code: 1,
      stdout: "",
      stderr: "run_ID is cancelled: it has ended\n",
    });
    expect(await run("runs", "show", "run_none")).toEqual({
      code: 1,
      stdout: "",
      stderr: "no run run_none; see tocsin runs\n",
    });
  });
});

test("why somebody was not alerted is told in words, and as JSON", async () => {
  const { run } = await started();
  expect(await run("explain", "email=ada@example.com", "thanks")).toEqual(
    ok(
      [
        "prf_ID was not alerted by thanks: it is draft.",
        "",
        "  no   trigger     thanks is draft",
        "  yes  membership  in regulars since TIME",
        "  yes  audience    its condition holds now: gt (or .visits 0) 10 (.visits is 12)",
        "",
      ].join("\n"),
    ),
  );
  expect(JSON.parse((await run("explain", "email=ada@example.com", "thanks", "--json")).stdout)).toMatchObject({
    alerted: false,
    answer: "prf_ID was not alerted by thanks: it is draft.",
  });
});

describe("a simulation", () => {
  const updates = [
    '{"at":"2027-01-04T09:00:00Z","identifiers":{"phone":"+1 202"},"fields":{"visits":11}}',
    '{"at":"2027-01-05T09:30:00+01:00","stream":"shop","payload":{"mail":"eve@example.com","visits":20}}',
    "",
  ].join("\n");
  const days = ["--from", "2027-01-04", "--to", "2027-01-06T12:00"];

  test("plays days to come, and keeps nothing", async () => {
    const { raw, folder } = await started();
    writeFileSync(join(folder, "updates.ndjson"), updates);
    const played = await raw(
      "simulate",
      ...days,
      "--updates",
      "updates.ndjson",
      "--activate",
      "thanks",
      "--backfill",
      "thanks",
    );
    expect({
      ...played,
      stdout: played.stdout.replaceAll(shownUrl(`${receiver.url}/`), "URL").replace(/prf_[0-9a-z]{26}/, "prf_ID"),
    }).toEqual(
      ok(
        [
          "2027-01-04 00:00:00  thanks  email=ada@example.com  crm URL: Thank you, Ada",
          "2027-01-04 09:00:00  thanks  phone=+1 202  crm URL: Thank you, Bob",
          "2027-01-05 08:30:00  thanks  email=eve@example.com  crm URL: Thank you, <no value>",
          "",
          "day         trigger  sent  waits  skipped  aborted  failed",
          "2027-01-04  thanks   2     0      0        0        0",
          "2027-01-05  thanks   1     0      0        0        0",
          "",
        ].join("\n"),
      ),
    );
    expect((await raw("outbox", "list")).stdout).toBe("No deliveries.\n");
    expect((await raw("trigger", "list")).stdout).toContain("draft");
    expect(receiver.take()).toEqual([]);
  });

  test("as JSON", async () => {
    const { run, folder } = await started();
    writeFileSync(join(folder, "updates.ndjson"), updates);
    const { stdout } = await run("simulate", ...days, "--updates", "updates.ndjson", "--activate", "thanks", "--json");
    const [first, second, last] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({
      kind: "sent",
      trigger: "thanks",
      cause: "enter",
      name: "phone=+1 202",
      deliveries: [{ channel: "crm", title: "Thank you, Bob" }],
    });
    expect(second.name).toBe("email=eve@example.com");
    expect(last.summary).toHaveLength(2);
  });

  test.each([
    [["--to", "yesterday"], 2, /It is|Write 2026-12-24/],
    [["--from", "2027-01-02", "--to", "2027-01-01"], 1, /^--to is before --from/],
    [["--activate", "nobody"], 1, /^no trigger named nobody; there are: thanks\n$/],
    [
      ["--updates", "late.ndjson"],
      1,
      /^late\.ndjson:1: "at" is before TIME; updates must be in order, from the start on\n$/,
    ],
    [["--updates", "odd.ndjson"], 1, /^odd\.ndjson:1: "at" is not a date and time/],
  ])("%j", async (args, code, stderr) => {
    const { run } = start({
      "late.ndjson": '{"at":"2020-01-01","identifiers":{"email":"a@b.c"}}',
      "odd.ndjson": '{"at":5,"identifiers":{"email":"a@b.c"}}',
    });
    const ended = await run("simulate", ...args);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(stderr);
  });
});

test.each([
  [
    "{ enter: regulars }",
    "{ enter: nobody }",
    "13:11: triggers.thanks.on.enter: no audience named nobody; there are: regulars",
  ],
  ["gt (or .visits 0) 10", "foo .x", '10:15: audiences.regulars.where: template: where:1: function "foo" not defined'],
  ["alerts.yaml", "none.yaml", "15:5: triggers.thanks.alert: none.yaml: there is no such file"],
])("config check looks at what is declared: %s as %s", async (good, bad, complaint) => {
  const { run } = start({ "tocsin.yaml": config.replace(good, bad) });
  expect(await run("config", "check")).toEqual({ code: 1, stdout: "", stderr: `tocsin.yaml:${complaint}\n` });
  expect(await start().run("config", "check")).toEqual(ok("tocsin.yaml is valid; 1 channel: crm (webhook)\n"));
});

test.each(["plan", "apply", "simulate", "config check"])(
  "%s: without a file there is nothing to go by",
  async (name) => {
    const stderr = "tocsin.yaml: there is no such file here; name the configuration with --config\n";
    expect(await tocsin(folderOf({}), name.split(" "), "")).toEqual({ code: 1, stdout: "", stderr });
  },
);

describe("the service", () => {
  test("where it listens is a port, with a host or without", async () => {
    const { code, stderr } = await start().run("serve", "--listen", "99999");
    expect([code, stderr]).toEqual([2, expect.stringContaining("Give a port, or HOST:PORT.")]);
  });

  test("keys are made, listed and revoked", async () => {
    const { run, raw } = start();
    expect(await run("keys", "api", "list")).toEqual({
      code: 1,
      stdout: "",
      stderr: "tocsin.db: no store here; tocsin apply, send or serve creates one. Name another with --store\n",
    });
    await run("apply", "--yes");
    expect(await run("keys", "api", "list")).toEqual(ok("No API keys.\n"));
    const made = await raw("keys", "api", "create", "the shop", "--scope", "collect,read");
    expect(made.stdout).toMatch(/^tocsin_[\w-]{43}\n$/);
    const [, id] =
      /^Created (key_\w+) with the scopes collect, read\. Copy the secret now: it cannot be shown again\.\n$/.exec(
        made.stderr,
      ) ?? [];
    const [key] = (await raw("keys", "api", "list", "--json")).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(key).toEqual({ id, name: "the shop", scopes: ["collect", "read"], createdAt: expect.any(Number) });
    expect(await run("keys", "api", "revoke", id!)).toEqual(ok("key_ID revoked\n"));
    expect(await run("keys", "api", "revoke", id!)).toEqual({
      code: 1,
      stdout: "",
      stderr: "no active API key key_ID; see tocsin keys api list\n",
    });
    expect(await run("keys", "api", "create", "x", "--scope", "all")).toMatchObject({ code: 2 });
    expect(await run("keys", "api", "create", "x")).toMatchObject({ code: 2 });
  });

  test("what is posted alerts at once, and the service ends when it is told to", async () => {
    const { folder, raw, run } = await started();
    await run("trigger", "activate", "thanks");
    const secret = (await raw("keys", "api", "create", "shop", "--scope", "collect")).stdout.trim();
    let stop: (why: string) => void = () => {};
    const stopped = new Promise<string>((resolve) => {
      stop = resolve;
    });
    const serving = await serve(folder, stopped);
    const answer = await fetch(`${serving.url}/v1/collect/shop`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: '{"mail":"ada2@example.com","visits":40}',
    });
    expect(answer.status).toBe(202);
    const received = await receiver.next();
    expect(JSON.parse(received.body).data.title).toBe("Thank you, <no value>");
    expect((await fetch(`${serving.url}/v1/profiles`, { headers: { authorization: `Bearer ${secret}` } })).status).toBe(
      403,
    );
    stop("SIGTERM");
    const ended = await serving.ended;
    expect(ended.code).toBe(0);
    const messages = ended.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).msg);
    expect(messages.filter((one) => one.startsWith("stop"))).toEqual(["stopping", "stopped"]);
    expect(messages.at(-1)).toBe("stopped");
    // No log holds who it was about.
    expect(ended.stdout).not.toMatch(/ada2|visits/);
  });

  test("without a key it says how to make one", async () => {
    const { folder } = await started();
    let stop: (why: string) => void = () => {};
    const serving = await serve(
      folder,
      new Promise<string>((resolve) => {
        stop = resolve;
      }),
    );
    stop("SIGINT");
    expect((await serving.ended).stderr).toBe(
      "No API key yet; create one: tocsin keys api create NAME --scope collect,read,write\n",
    );
  });
});

/** Resolves when it listens. */
async function serve(folder: string, stopped: Promise<string>) {
  const listening = Promise.withResolvers<string>();
  const ended = tocsin(folder, ["serve", "--listen", "0"], "", {
    env: { CRM_URL: receiver.url },
    untilStopped: () => stopped,
    onOutput: (text) => {
      const [, url] = /"url":"([^"]+)"/.exec(text) ?? [];
      if (url !== undefined) listening.resolve(url);
    },
  });
  ended.then(({ stderr }) => listening.reject(new Error(stderr)));
  return { url: await listening.promise, ended };
}

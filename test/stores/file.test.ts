import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { describe, expect, test, vi } from "vitest";
import { StoreError } from "../../src/store/index.ts";
import { openFile } from "../../src/stores/sqlite/file.ts";
import { applicationId, steps } from "../../src/stores/sqlite/schema.ts";
import { TransactionCache } from "../../src/stores/sqlite/transaction-cache.ts";
import { Writer } from "../../src/stores/sqlite/writer.ts";
import { type SqliteStore, sqliteStore } from "../../src/stores/sqlite.ts";
import { claimAll, claimOne, definition, entry, firing, idsOf, merge, profile, start } from "../store/builders.ts";
import { temporaryFolder } from "./folder.ts";

const folder = temporaryFolder();

/** Makes a file as version 2 made it. */
function ofVersion2(file: string): Database.Database {
  const old = new Database(file);
  for (const step of steps.slice(0, 2)) old.exec(step as string);
  old.pragma(`application_id = ${applicationId}`);
  old.pragma("user_version = 2");
  return old;
}

function problemOf(act: () => unknown): StoreError {
  try {
    act();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

async function made(): Promise<string> {
  const file = folder.file();
  const store = sqliteStore(file);
  await store.outbox.add([entry({ id: "msg_1" })]);
  await store.close();
  return file;
}

describe("opening", () => {
  test("what was kept is there the next time", async () => {
    const store = sqliteStore(await made());
    expect(await store.outbox.find("msg_1")).toMatchObject({ state: "pending", alert: { title: "Hello" } });
    await store.close();
  });

  test.runIf(process.platform !== "win32")("only its user can read it, and its copies", async () => {
    const file = await made();
    const store = sqliteStore(file);
    await store.copy(`${file}-copy`);
    for (const suffix of ["", "-wal", "-shm", "-copy"]) {
      expect([suffix, statSync(`${file}${suffix}`).mode & 0o777]).toEqual([suffix, 0o600]);
    }
    await store.close();
  });

  describe.runIf(process.platform !== "win32")("by a link", () => {
    const linked = (target: string): string => {
      const link = folder.file();
      symlinkSync(target, link);
      return link;
    };

    test("opens the file that it leads to, whose log is synced, however many links there are", async () => {
      const file = await made();
      const link = linked(linked(file));
      const [store, direct] = [sqliteStore(link), sqliteStore(file)];
      await store.outbox.add([entry({ id: "msg_2" })]);
      expect(idsOf((await direct.outbox.list()).items)).toEqual(["msg_2", "msg_1"]);
      for (const suffix of ["-wal", "-shm"]) {
        expect([existsSync(`${file}${suffix}`), existsSync(`${link}${suffix}`)]).toEqual([true, false]);
      }
      await store.close();
      await direct.close();
    });

    test("makes the file that it leads to, for its user alone, relative to where the link is", async () => {
      const name = `${folder.file()}-made`;
      const link = linked(basename(name));
      const store = sqliteStore(link);
      await store.outbox.add([entry({ id: "msg_1" })]);
      for (const suffix of ["", "-wal", "-shm"]) {
        expect([suffix, statSync(`${name}${suffix}`).mode & 0o777]).toEqual([suffix, 0o600]);
      }
      await store.close();
    });

    test("that leads nowhere is said to", () => {
      expect(problemOf(() => sqliteStore(linked("/nowhere/at/all.db")))).toMatchObject({
        problem: "missing",
        message: "/nowhere/at/all.db: there is no folder /nowhere/at; make it first",
      });
      const circle = folder.file();
      symlinkSync(circle, circle);
      expect(problemOf(() => sqliteStore(circle))).toMatchObject({
        problem: "other",
        message: `${circle} is a link that leads in a circle; name the file itself`,
      });
    });

    test("takes no copy, even if it leads to nothing", async () => {
      const store = sqliteStore(folder.file());
      const target = `${folder.file()}-none`;
      const link = linked(target);
      await expect(store.copy(link)).rejects.toMatchObject({
        message: `${link} is there already; a copy is written to a file that is not there yet`,
      });
      expect(existsSync(target)).toBe(false);
      await store.close();
    });
  });

  test("is durable: a write-ahead log, and SQLite syncs what it checkpoints", async () => {
    const { writer, reader, sync } = openFile(folder.file());
    expect(writer.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(writer.pragma("synchronous", { simple: true })).toBe(1);
    // Commits are synced by us.
    expect(sync).toBeDefined();
    await sync!.close();
    reader.close();
    writer.close();
  });

  test("a file of an older version is brought up to date", () => {
    const file = folder.file();
    new Database(file).close();
    const { writer, reader } = openFile(file);
    expect(writer.pragma("user_version", { simple: true })).toBe(steps.length);
    reader.close();
    writer.close();
  });

  test("a file of version 1, with deliveries in it, keeps them and takes profiles", async () => {
    const file = folder.file();
    const old = new Database(file);
    old.exec(steps[0] as string);
    old.pragma(`application_id = ${applicationId}`);
    old.pragma("user_version = 1");
    old.exec(`
      insert into channels (id, name) values (1, 'crm');
      insert into destinations (id, channel, name) values (1, 1, 'a');
      insert into deliveries (seq, id, destination, state, rank, due, created_at, since, size)
        values (1, 'msg_1', 1, 0, 1, ${start}, ${start}, ${start}, 30);
      insert into bodies (seq, body) values (1, '{"to":"x","alert":{"title":"Hello"}}');
      insert into heads (destination, rank, channel, at, due) values (1, 1, 1, ${start}, ${start});
      insert into counts (channel, state, n, bytes) values (1, 0, 1, 30);
    `);
    old.close();
    const store = sqliteStore(file);
    expect(await claimOne(store.outbox)).toMatchObject({ id: "msg_1", alert: { title: "Hello" } });
    await store.transaction(async ({ profiles, firings, outbox }) => {
      await profiles.put([profile("ada")]);
      await firings.add([firing("fir_1", { deliveries: ["msg_2"] })]);
      await outbox.add([entry({ id: "msg_2" })]);
    });
    await store.close();
    const again = sqliteStore(file);
    expect(await again.profiles.get(["ada"])).toEqual([profile("ada")]);
    expect((await again.outbox.stats()).total.pending).toBe(2);
    await again.close();
  });

  test("a file of version 2 has its lists and counts its profiles", async () => {
    const file = folder.file();
    const old = ofVersion2(file);
    old.exec(`
      insert into channels (id, name) values (1, 'crm'), (2, 'mail');
      insert into destinations (id, channel, name) values (1, 1, 'a'), (2, 2, 'a');
      insert into deliveries (seq, id, destination, state, rank, due, created_at, since, settled_at, size)
        values (1, 'msg_1', 1, 0, 1, 0, 0, 0, null, 30), (2, 'msg_2', 2, 3, 1, 0, 0, 0, 5, 30), (3, 'msg_3', 1, 4, 1, 0, 0, 7, null, 30);
      insert into names (id, name) values (1, 'welcome'), (2, 'shop');
      insert into profiles (id, fields, created_at, updated_at, version) values ('ada', '{}', 0, 0, 1), ('bob', '{}', 0, 0, 1);
      insert into firings (id, trigger, profile, cause, at, state, run) values ('fir_1', 1, 1, '{}', 0, 4, 'run_1');
      insert into events (id, stream, received_at, payload, profile, problem) values ('evt_1', 2, 0, '{}', 1, 'no');
    `);
    old.close();
    const { outbox, profiles, firings, events, ...store } = sqliteStore(file);
    const deliveries = async (query: object) => idsOf((await outbox.list(query)).items);
    expect(await deliveries({ destination: "a" })).toEqual(["msg_3", "msg_2", "msg_1"]);
    expect(await deliveries({ channel: "crm", state: "dead" })).toEqual(["msg_3"]);
    expect(await deliveries({ state: "delivered" })).toEqual(["msg_2"]);
    expect(await deliveries({ state: "pending" })).toEqual(["msg_1"]);
    expect((await outbox.find("msg_3"))!.settledAt).toBe(7);
    expect(idsOf((await firings.list({ limit: 9, profile: "ada", run: "run_1" })).items)).toEqual(["fir_1"]);
    expect(idsOf((await events.list({ limit: 9, profile: "ada", problems: true })).items)).toEqual(["evt_1"]);
    expect(await profiles.count()).toBe(2);
    await store.transaction(async (within) => {
      await within.profiles.put([profile("eve"), { ...(await profiles.get(["ada"]))[0]!, version: 2 }]);
      await within.profiles.absorb([{ from: "bob", into: "ada" }]);
    });
    expect(await profiles.count()).toBe(2);
    await store.close();
  });

  test("what was erased in a file of version 1 keeps no address", async () => {
    const file = folder.file();
    const old = new Database(file);
    old.exec(steps[0] as string);
    old.pragma(`application_id = ${applicationId}`);
    old.pragma("user_version = 1");
    old.exec(`
      insert into channels (id, name) values (1, 'crm'), (2, 'mail');
      insert into destinations (id, channel, name) values (1, 1, 'ada'), (2, 2, 'ada'), (3, 1, 'bob'), (4, 1, 'pruned');
      insert into deliveries (seq, id, destination, state, rank, due, created_at, since, size, reason, ordering_key)
        values (1, 'msg_1', 1, 4, 1, 0, 0, 0, 0, 'no ada', 'ada'), (2, 'msg_2', 2, 4, 1, 0, 0, 0, 0, 'no ada', null),
               (3, 'msg_3', 3, 4, 1, 0, 0, 0, 0, 'no ada', null), (4, 'msg_4', 3, 4, 1, 0, 0, 0, 30, 'no bob', 'bob');
      insert into attempts (seq, claim, number, started_at, ended_at, outcome)
        values (1, 1, 1, 0, 0, '{"kind":"rejected","reason":"no ada"}'), (4, 1, 1, 0, 0, '{"kind":"rejected","reason":"no bob"}');
      insert into bodies (seq, body) values (4, '{"to":"bob"}');
      insert into heads (destination, rank, channel, at, due) values (1, 1, 1, 0, 0);
    `);
    old.close();
    const store = sqliteStore(file);
    const { items } = await store.outbox.list();
    expect(items.map(({ id, channel, destination }) => [id, channel, destination])).toEqual([
      ["msg_4", "crm", "bob"],
      ["msg_3", "crm", "erased"],
      ["msg_2", "mail", "erased"],
      ["msg_1", "crm", "erased"],
    ]);
    expect((await store.outbox.find("msg_1"))!.journal).toMatchObject([{ outcome: { reason: "erased" } }]);
    expect((await store.outbox.find("msg_4"))!.journal).toMatchObject([{ outcome: { reason: "no bob" } }]);
    await store.close();
    const now = new Database(file);
    expect(now.prepare("select name from destinations order by id").pluck().all()).toEqual(["bob", "erased", "erased"]);
    expect(now.prepare("select count(*) from deliveries where reason = 'no ada'").pluck().get()).toBe(0);
    expect(now.prepare("select count(*) from heads").pluck().get()).toBe(0);
    now.close();
  });

  test("who was absorbed in a file of version 2 cannot be split off, and goes along with who can", async () => {
    const file = folder.file();
    const old = ofVersion2(file);
    old.exec(`
      insert into names (id, name) values (1, 'welcome'), (2, 'shop');
      insert into profiles (seq, id, fields, created_at, updated_at, version)
        values (1, 'ada', '{"name":"ada"}', ${start}, ${start}, 1), (3, 'cyd', '{"name":"cyd"}', ${start}, ${start}, 1);
      insert into identifiers (kind, value, profile, place) values ('email', 'ada@example.com', 1, 0), ('email', 'cyd@example.com', 3, 0);
      insert into absorbed (id, profile) values ('bob', 1);
      insert into firings (seq, id, trigger, profile, cause, at, state, settled_at, delivery)
        values (1, 'fir_1', 1, 1, '{"kind":"enter","audience":"active"}', ${start}, 1, ${start}, 'fir_1');
      insert into skips (profile, trigger, at, reason, cause, n) values (1, 1, ${start}, 'too soon', 'enter', 2);
      insert into events (seq, id, stream, received_at, payload, profile) values (1, 'evt_1', 2, ${start}, '{}', 1);
    `);
    old.close();
    const store = sqliteStore(file);
    expect(await store.profiles.get(["bob"])).toEqual([profile("ada")]);
    expect(await store.profiles.merges("bob")).toEqual([]);
    await expect(store.transaction(({ profiles }) => profiles.split(profile("bob"), start))).rejects.toThrow(
      "no merge of a profile bob is kept",
    );
    const keptOf = async (id: string) => ({
      firings: idsOf((await store.firings.list({ profile: id, limit: 9 })).items),
      events: idsOf((await store.events.list({ profile: id, limit: 9 })).items),
      skips: (await store.firings.lastSkip("welcome", id))?.count,
    });
    const [ada, none] = [await keptOf("ada"), await keptOf("cyd")];
    expect(ada).toEqual({ firings: ["fir_1"], events: ["evt_1"], skips: 2 });
    await store.transaction(({ profiles }) =>
      profiles.absorb([{ from: "ada", into: "cyd", merge: merge("ada", "cyd") }]),
    );
    expect([await keptOf("cyd"), await store.profiles.get(["bob"])]).toEqual([ada, [profile("cyd")]]);
    await store.transaction(({ profiles }) => profiles.split(profile("ada"), start));
    expect([await keptOf("ada"), await keptOf("bob"), await keptOf("cyd")]).toEqual([ada, ada, none]);
    expect(await store.profiles.get(["ada", "bob", "cyd"])).toEqual([profile("ada"), profile("ada"), profile("cyd")]);
    await store.close();
  });

  test("a file that another process is making is no other program's", async () => {
    const file = folder.file();
    new Database(file).close();
    const pragma = vi.spyOn(Database.prototype, "pragma").mockImplementationOnce(function (this: Database.Database) {
      pragma.mockRestore();
      const found = this.pragma("application_id", { simple: true });
      const other = new Database(file, { timeout: 0 });
      try {
        other.exec(`begin; ${steps[0]}; pragma application_id = ${applicationId}; pragma user_version = 1; commit`);
      } catch (error) {
        expect(error).toMatchObject({ code: "SQLITE_BUSY" });
      }
      other.close();
      return found;
    });
    const store = sqliteStore(file);
    expect(await store.profiles.count()).toBe(0);
    await store.close();
  });

  test("a file of a newer version is refused and left as it is", async () => {
    const file = await made();
    const db = new Database(file);
    db.pragma(`user_version = ${steps.length + 1}`);
    db.close();
    const { problem, message } = problemOf(() => sqliteStore(file));
    expect(problem).toBe("newer");
    expect(message).toBe(
      `${file} has version ${steps.length + 1}, and this version of tocsin knows versions up to ${steps.length}; use the one that wrote it, or a later one`,
    );
  });

  test("another program's file is refused and left as it is", () => {
    const file = folder.file();
    const db = new Database(file);
    db.exec("create table theirs (x)");
    db.close();
    const { problem, message } = problemOf(() => sqliteStore(file));
    expect(problem).toBe("corrupt");
    expect(message).toContain("is a SQLite file of another program");
    expect(new Database(file).prepare("select name from sqlite_schema").pluck().all()).toEqual(["theirs"]);
  });

  test("what is no SQLite file is refused and left as it is", () => {
    const file = folder.file();
    writeFileSync(file, "title: Hello\n".repeat(100));
    expect(problemOf(() => sqliteStore(file))).toMatchObject({ problem: "corrupt" });
    expect(readFileSync(file, "utf8")).toBe("title: Hello\n".repeat(100));
  });

  test("a damaged file", async () => {
    const file = await made();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 100, 4096);
    writeFileSync(file, bytes);
    expect(problemOf(() => sqliteStore(file))).toMatchObject({ problem: "corrupt" });
  });

  test.each([
    ["no such folder", join(folder.path, "none", "x.db"), "missing", "there is no folder"],
    ["a folder", folder.path, "other", "is a folder"],
    ["nothing", "", "other", "memoryStore()"],
    ["memory", ":memory:", "other", "memoryStore()"],
  ])("%s", (_, path, problem, words) => {
    const error = problemOf(() => sqliteStore(path));
    expect(error.problem).toBe(problem);
    expect(error.message).toContain(words);
  });

  test.skipIf(process.getuid?.() === 0)("a folder that may not be written", () => {
    const closed = join(folder.path, "closed");
    mkdirSync(closed, { mode: 0o555 });
    expect(problemOf(() => sqliteStore(join(closed, "x.db")))).toMatchObject({ problem: "missing" });
    chmodSync(closed, 0o755);
  });
});

describe("writing", () => {
  test("no space left: what was being written is not kept, and it goes on when there is", async () => {
    const file = openFile(folder.file());
    file.writer.exec("create table t (x)");
    const writer = new Writer(file, { beforeCommit() {}, forget() {} }, 1000);
    const insert = file.writer.prepare("insert into t values (?)");
    const pages = file.writer.pragma("page_count", { simple: true }) as number;
    file.writer.pragma(`max_page_count = ${pages + 5}`);
    const full = await Promise.allSettled([1, 2].map(() => writer.write(() => insert.run("x".repeat(100_000)))));
    expect(full.map((one) => (one as PromiseRejectedResult).reason.problem)).toEqual(["full", "full"]);
    file.writer.pragma(`max_page_count = ${pages + 500}`);
    await writer.write(() => insert.run("x".repeat(100_000)));
    expect(file.reader.prepare("select count(*) from t").pluck().get()).toBe(1);
    await writer.close();
    file.reader.close();
    file.writer.close();
  });

  test("one that fails among others that share its transaction fails alone", async () => {
    const file = await made();
    const store = sqliteStore(file);
    const results = await Promise.allSettled([
      store.outbox.add([entry({ id: "msg_2" })]),
      store.outbox.add([entry({ id: "msg_1" })]),
      store.outbox.add([entry({ id: "msg_3" })]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(idsOf((await store.outbox.list()).items)).toEqual(["msg_3", "msg_2", "msg_1"]);
    expect((await store.outbox.stats()).total.pending).toBe(3);
    await store.close();
  });

  test("fails as locked after `busyTimeout`, without blocking, if others hold the store for too long", async () => {
    const file = await made();
    const store = sqliteStore(file, { busyTimeout: 50 });
    const other = new Database(file);
    other.exec("begin immediate");
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    const error = await store.outbox.add([entry()]).catch((reason) => reason);
    clearInterval(counting);
    expect(error).toMatchObject({ name: "StoreError", problem: "locked" });
    expect(turns).toBeGreaterThan(1);
    other.exec("commit");
    expect(await store.outbox.add([entry()])).toHaveLength(1);
    other.close();
    await store.close();
  });

  test("one that fails, and others come in between: those that shared its transaction wait for them", async () => {
    const file = await made();
    const store = sqliteStore(file);
    const other = new Database(file);
    const forget = vi.spyOn(TransactionCache.prototype, "forget");
    forget.mockImplementationOnce(() => {}); // as the transaction of both begins
    // As it is rolled back.
    forget.mockImplementationOnce(() => {
      other.exec("begin immediate");
      setTimeout(() => other.exec("commit"), 50);
    });
    const results = await Promise.allSettled([
      store.outbox.add([entry({ id: "msg_2" })]),
      store.outbox.add([entry({ id: "msg_1" })]),
    ]);
    forget.mockRestore();
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(idsOf((await store.outbox.list()).items)).toEqual(["msg_2", "msg_1"]);
    other.close();
    await store.close();
  });

  test("reading goes on while others write", async () => {
    const file = await made();
    const store = sqliteStore(file);
    const other = new Database(file);
    other.exec("begin immediate");
    expect(await store.outbox.find("msg_1")).toBeDefined();
    expect((await store.outbox.list()).items).toHaveLength(1);
    other.exec("commit");
    other.close();
    await store.close();
  });
});

describe("several on one file", () => {
  test("two stores: an id is claimed by one of them", async () => {
    const file = folder.file();
    const [one, other] = [sqliteStore(file), sqliteStore(file)];
    await one.outbox.add(Array.from({ length: 300 }, (_, i) => entry({ destination: `${i % 7}` })));
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? one : other).outbox.claim(claimAll({ limit: 20 }))),
    );
    const ids = claims.flatMap(({ claimed }) => idsOf(claimed));
    expect(ids).toHaveLength(300);
    expect(new Set(ids).size).toBe(300);
    await Promise.all([one.close(), other.close()]);
  });

  test("two stores: each sees at once what the other wrote", async () => {
    const file = folder.file();
    const [one, other] = [sqliteStore(file), sqliteStore(file)];
    const enter = (store: SqliteStore, id: string) =>
      store.transaction(({ memberships }) => memberships.change([{ audience: "active", profile: id, since: start }]));
    expect(await other.profiles.get(["ada"])).toEqual([undefined]);
    await one.transaction(async (of) => {
      await of.profiles.put([profile("ada"), profile("bob")]);
      await of.definitions.put([definition("welcome")]);
      await of.firings.add([firing("fir_1")]);
    });
    await enter(one, "ada");
    expect(await other.profiles.get(["ada"])).toEqual([profile("ada")]);
    expect(await other.definitions.version()).toBe(1);
    expect(await other.definitions.all()).toEqual([definition("welcome")]);
    expect(await other.memberships.sizes()).toEqual(new Map([["active", 1]]));
    await enter(other, "bob");
    await other.transaction(async (of) => {
      await of.profiles.absorb([{ from: "bob", into: "ada" }]);
      await of.firings.add([firing("fir_2", { profile: "bob", trigger: "new" })]);
      await of.definitions.remove("trigger", "welcome");
    });
    expect(await one.profiles.get(["bob"])).toEqual([profile("ada")]);
    expect(await one.memberships.sizes()).toEqual(new Map([["active", 1]]));
    expect(idsOf((await one.firings.list({ trigger: "new", limit: 9 })).items)).toEqual(["fir_2"]);
    expect([await one.definitions.version(), await one.definitions.all()]).toEqual([2, []]);
    await one.transaction(({ profiles }) => profiles.remove(["bob"]));
    expect(await other.profiles.count()).toBe(0);
    await expect(enter(other, "ada")).rejects.toThrow("no profile ada");
    await Promise.all([one.close(), other.close()]);
  });

  test("two stores write at once: every transaction whole, none lost, names once", async () => {
    const file = folder.file();
    const stores = [sqliteStore(file), sqliteStore(file)];
    await stores[0]!.transaction(({ profiles }) => profiles.put([profile("ada")]));
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        stores[i % 2]!.transaction(async ({ profiles, memberships }) => {
          const [before] = await profiles.get(["ada"]);
          await profiles.put([{ ...before!, version: before!.version + 1 }, profile(`p${i}`)]);
          await memberships.change([{ audience: `a${i % 7}`, profile: `p${i}`, since: i }]);
        }),
      ),
    );
    for (const store of stores) {
      expect((await store.profiles.get(["ada"]))[0]!.version).toBe(61);
      expect(await store.profiles.count()).toBe(61);
      const sizes = await store.memberships.sizes();
      expect(Object.fromEntries(sizes)).toEqual({ a0: 9, a1: 9, a2: 9, a3: 9, a4: 8, a5: 8, a6: 8 });
    }
    await Promise.all(stores.map((store) => store.close()));
  });

  test.runIf(existsSync("/proc/locks"))(
    "a second store in this process leaves the locks of the first alone",
    async () => {
      const file = folder.file();
      const locks = () => {
        const end = `:${statSync(file).ino} `;
        const all = readFileSync("/proc/locks", "utf8").split("\n");
        return all.filter((one) => one.includes(end)).length;
      };
      const one = sqliteStore(file);
      const before = locks();
      const other = sqliteStore(file);
      expect(locks()).toBe(before);
      await Promise.all([one.close(), other.close()]);
    },
  );

  test("three processes hand over and deliver: each delivery once, each key one delivery", async () => {
    const file = folder.file();
    const run = promisify(execFile);
    const child = join(import.meta.dirname, "other-process.ts");
    const outputs = await Promise.all(["a", "b", "c"].map((name) => run(process.execPath, [child, file, name, "100"])));
    const reports = outputs.map(({ stdout }) => JSON.parse(stdout) as { ids: string[]; delivered: string[] });
    const delivered = reports.flatMap((report) => report.delivered);
    const ids = new Set(reports.flatMap((report) => report.ids));
    expect(ids.size).toBe(50 + 3 * 50);
    expect(delivered.toSorted()).toEqual([...ids].sort());
    const store = sqliteStore(file);
    expect((await store.outbox.stats()).total).toMatchObject({ pending: 0, delivered: 200 });
    await store.close();
  });
});

describe("a copy", () => {
  test("has all that was kept, and nothing of what is being written", async () => {
    const [file, to] = [await made(), folder.file()];
    const [store, other] = [sqliteStore(file), new Database(file)];
    await store.transaction(({ profiles }) => profiles.put([profile("ada")]));
    other.exec("begin immediate; insert into names (name) values ('not yet')");
    await store.copy(to);
    other.exec("commit");
    other.close();
    await store.transaction(({ profiles }) => profiles.put([profile("bob")]));
    const copy = sqliteStore(to);
    expect((await copy.outbox.stats()).total.pending).toBe(1);
    expect(await copy.profiles.get(["ada", "bob"])).toEqual([profile("ada"), undefined]);
    await copy.transaction(({ profiles }) => profiles.remove(["ada"]));
    expect(await store.profiles.count()).toBe(2);
    await Promise.all([store.close(), copy.close()]);
  });

  test("while transactions go on: each is in it whole or not at all", async () => {
    const [store, to] = [sqliteStore(folder.file()), folder.file()];
    const all = Array.from({ length: 30 }, (_, i) =>
      store.transaction(async ({ profiles, memberships }) => {
        await profiles.put([profile(`p${i}`)]);
        await new Promise(setImmediate);
        await memberships.change([{ audience: "active", profile: `p${i}`, since: start }]);
      }),
    );
    await all[9];
    await store.copy(to);
    await Promise.all(all);
    const copy = sqliteStore(to);
    const count = await copy.profiles.count();
    expect(count).toBeGreaterThanOrEqual(10);
    expect((await copy.memberships.sizes()).get("active")).toBe(count);
    expect(await store.profiles.count()).toBe(30);
    await Promise.all([store.close(), copy.close()]);
  });

  test("is written to no file that is there, and to no folder that is not", async () => {
    const [file, there] = [await made(), folder.file()];
    writeFileSync(there, "mine");
    const store = sqliteStore(file);
    const problem = (to: string) => store.copy(to).catch((error) => error);
    expect(await problem(there)).toMatchObject({
      name: "StoreError",
      problem: "other",
      message: `${there} is there already; a copy is written to a file that is not there yet`,
    });
    expect(readFileSync(there, "utf8")).toBe("mine");
    expect(await problem(file)).toMatchObject({ name: "StoreError", problem: "other" });
    expect(await problem("")).toMatchObject({ name: "StoreError", problem: "other" });
    expect(await problem(join(folder.path, "none", "x.db"))).toMatchObject({ name: "StoreError", problem: "missing" });
    await store.close();
    expect(await problem(folder.file())).toMatchObject({ problem: "closed" });
  });
});

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import {
  createWorkerPool,
  type WorkerError,
  type WorkerPool,
  type WorkerPoolOptions,
} from "../../src/workers/index.ts";
import type { tasks } from "./task-fixtures.ts";

type Tests = typeof tasks;
const pools: WorkerPool<Tests>[] = [];
function poolOf(options: WorkerPoolOptions = {}): WorkerPool<Tests> {
  const pool = createWorkerPool<Tests>({ size: 1, entry: new URL("./task-fixtures.ts", import.meta.url), ...options });
  pools.push(pool);
  return pool;
}
afterAll(() => Promise.all(pools.map((one) => one.close())));

const timeout = 30_000;
const soon = { timeout: 50 };
const late = { timeout };
const problemOf = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    (value) => ({ value }),
    (error) => error.problem ?? error,
  );

describe("a task", () => {
  const pool = poolOf();

  test("gets its input and gives its output, cloned", async () => {
    const input = { a: [1, "x", null], b: new Map([[1, new Set([2])]]), c: -0 };
    const output = await pool.run("echo", input, late);
    expect(output).toEqual(input);
    expect(output).not.toBe(input);
  });

  test("finds the same worker as the last", async () => {
    expect([await pool.run("count", undefined, late), await pool.run("count", undefined, late)]).toEqual([1, 2]);
  });

  test("fails with what it throws, and the worker stays", async () => {
    const error = await problemOf(pool.run("fail", "error", late));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toBe("not so");
    expect((error as Error).stack).toContain("task-fixtures.ts");
    await expect(pool.run("fail", "text", late)).rejects.toThrow("a text");
    await expect(pool.run("unclonable", undefined, late)).rejects.toThrow("could not be cloned");
    await expect(pool.run("missing", undefined, late)).rejects.toThrow("no such module");
    await expect(pool.run("echo", () => {}, late)).rejects.toThrow("could not be cloned");
    expect(await pool.run("count", undefined, late)).toBe(3);
  });
});

describe("a task that is bad is ended, and the next gets a new worker", () => {
  // Each worker has a number of its own.
  const pool = poolOf({ memory: 40 * 2 ** 20 });
  test.each([
    ["spin", "late", soon],
    ["never", "late", soon],
    ["hoard", "memory", late],
    ["grow", "memory", late],
    ["list", "memory", late],
    ["buffers", "memory", late],
    ["exit", "crashed", late],
    ["throwLater", "crashed", late],
  ] as const)("%s: %s", async (task, problem, options) => {
    const before = await pool.run("worker", undefined, late);
    const bad = pool.run(task, undefined, options);
    const [first, after] = await Promise.all([problemOf(bad), pool.run("worker", undefined, late)]);
    expect([first, after]).toEqual([problem, before + 1]);
    await expect(bad).rejects.toMatchObject({ name: "WorkerError" });
  });
});

describe("who waits", () => {
  test("is answered while another task goes on without end", async () => {
    const pool = poolOf({ size: 2 });
    const order: string[] = [];
    await Promise.all([1, 2].map(() => pool.run("pause", undefined, late)));
    const gone = new AbortController();
    const spin = problemOf(pool.run("spin", undefined, { ...late, signal: gone.signal })).then(() =>
      order.push("spin"),
    );
    await Promise.all([1, 2, 3].map((n) => pool.run("echo", n, late).then(() => order.push("echo"))));
    gone.abort();
    await spin;
    expect(order).toEqual(["echo", "echo", "echo", "spin"]);
  });

  test("is refused beyond the queue, first whoever has most in it; callers take turns", async () => {
    const pool = poolOf({ queue: 3 });
    const order: string[] = [];
    const ask = (name: string, caller: string) =>
      problemOf(pool.run("echo", name, { ...late, caller })).then((what) =>
        order.push(typeof what === "string" ? `${name} ${what}` : name),
      );
    // a1 is taken up at once.
    await Promise.all([
      ask("a1", "a"),
      ask("a2", "a"),
      ask("a3", "a"),
      ask("a4", "a"),
      ask("a5", "a"),
      ask("b1", "b"),
      ask("c1", "c"),
      ask("c2", "c"),
    ]);
    expect(order).toEqual(["a5 busy", "a4 busy", "a3 busy", "c2 busy", "a1", "a2", "b1", "c1"]);
  });

  test("too long is refused", async () => {
    const pool = poolOf({ wait: 20 });
    const [spin, echo] = [pool.run("spin", undefined, soon), pool.run("echo", 1, late)].map(problemOf);
    expect(await echo).toBe("busy");
    expect(await spin).toBe("late");
  });

  test("and goes away, leaves; what runs for nobody is ended", async () => {
    const pool = poolOf();
    const [first, second] = [new AbortController(), new AbortController()];
    const spin = problemOf(pool.run("spin", undefined, { ...late, signal: first.signal }));
    const waiting = problemOf(pool.run("echo", 1, { ...late, signal: second.signal }));
    const last = pool.run("echo", 2, late);
    second.abort(new Error("gone"));
    expect(await waiting).toEqual(new Error("gone"));
    first.abort(new Error("gone, too"));
    expect(await spin).toEqual(new Error("gone, too"));
    expect(await last).toBe(2);
    const aborted = AbortSignal.abort(new Error("before"));
    expect(await problemOf(pool.run("echo", 1, { ...late, signal: aborted }))).toEqual(new Error("before"));
  });
});

describe("workers", () => {
  test("that are idle end, and come again", async () => {
    const pool = poolOf({ idle: 1 });
    expect(await pool.run("count", undefined, late)).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await pool.run("count", undefined, late)).toBe(1);
  });

  test("that are about to end since they were idle take no task any more", async () => {
    const pool = poolOf({ idle: 1 });
    expect(await pool.run("count", undefined, late)).toBe(1);
    const meanwhile = new Promise<unknown>((resolve) => {
      setTimeout(() => resolve(problemOf(pool.run("count", undefined, late))), 2);
    });
    // Both clocks run out meanwhile, so that the task comes right after the worker was told to end.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    expect(await meanwhile).toEqual({ value: 1 });
  });

  test("that die at once are not started for each task", async () => {
    const entry = new URL("./crashing-worker.ts", import.meta.url);
    const pool = poolOf({ entry });
    const ask = () =>
      pool.run("echo", 1, late).then(
        () => expect.unreachable(),
        (error: WorkerError) => error as WorkerError & { readonly cause?: Error },
      );
    const first = await ask();
    expect([first.problem, first.cause?.message]).toEqual(["unavailable", "dead on arrival"]);
    // In the pause after it.
    const second = await ask();
    expect([second.problem, second.cause]).toEqual(["unavailable", undefined]);
    await new Promise((resolve) => setTimeout(resolve, 110));
    const third = await ask();
    expect([third.problem, third.cause?.message]).toEqual(["unavailable", "dead on arrival"]);
  });

  test("that the process may not have", async () => {
    const program = `
      import { createWorkerPool } from ${JSON.stringify(new URL("../../src/workers/index.ts", import.meta.url).href)};
      const pool = createWorkerPool();
      const ask = () => pool.run("lint", {}, { timeout: 1 }).catch((error) => error);
      const [first, second] = [await ask(), await ask()];
      console.log(first.problem, first.cause.code, second.problem);
    `;
    const flags = ["--permission", "--allow-fs-read=*", "--input-type=module", "-e", program];
    const { stdout } = await promisify(execFile)(process.execPath, flags);
    expect(stdout).toBe("unavailable ERR_ACCESS_DENIED unavailable\n");
  });

  test("end when the pool is closed, with what they do and what waits", async () => {
    const pool = poolOf();
    const runs = [pool.run("spin", undefined, late), pool.run("echo", 1, late)].map(problemOf);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await pool.close();
    expect(await Promise.all(runs)).toEqual(["closed", "closed"]);
    expect(await problemOf(pool.run("echo", 1, late))).toBe("closed");
  });
});

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tocsin } from "../../crash/service/instance.ts";
import type { Counts, Ready, Target } from "./attacker.ts";
import type { Watched } from "./process-stats.ts";
import { honestReceiver } from "./receivers.ts";
import { ask } from "./requests.ts";
import { serveWatched, type WatchedService } from "./service.ts";
import { writeProgram } from "./setup.ts";

export interface AttackReport {
  readonly requests: Counts;
  /** Updates of honest people that were answered to be kept, those put off with 503 until then, and alerts that came of them. */
  readonly honest: { readonly kept: number; readonly putOff: number; readonly arrived: number; readonly twice: number };
  /**
   * ms from an honest update to its webhook, on kept connections as senders have them, and of each look at its health, on a new
   * one: the system hands over new connections one a turn of the event loop. The same before the attack began.
   */
  readonly latency: Latency;
  readonly health: Latency;
  readonly before: { readonly latency: Latency; readonly health: Latency };
  readonly watched: Watched;
  /** Lists what must not happen, but did. */
  readonly faults: readonly string[];
}

export interface AttackOptions {
  readonly seconds: number;
  /** MiB of JavaScript heap that the service may use. @default as Node has it */
  readonly memory?: number;
  /** Honest updates. @default 20 */
  readonly perSecond?: number;
  /** Of the largest bodies. @default 10 MiB */
  readonly bytes?: number;
}

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Runs `tocsin serve` in a folder for so many seconds while everything hostile is posted at it, beside honest load.
 */
export async function attack(
  folder: string,
  { seconds, memory, perSecond = 20, bytes }: AttackOptions,
): Promise<AttackReport> {
  const honest = await honestReceiver();
  const faults: string[] = [];
  let service: WatchedService | undefined;
  let attacker: ChildProcess | undefined;
  try {
    attacker = fork(join(import.meta.dirname, "attacker.ts"), bytes === undefined ? [] : [`${bytes}`]);
    const [ready] = (await once(attacker, "message")) as [Ready];
    const config = writeProgram(folder, { honest: honest.port, ...ready });
    const at = ["-c", config];
    await tocsin("apply", "--yes", "--wait", ...at);
    const key = (await tocsin("keys", "api", "create", "attack", "--scope", "collect,read,write", ...at)).trim();
    service = await serveWatched(config, memory);
    const load = honestLoad(service.port, key, honest.arrived, perSecond, faults);
    await load.during(Math.min(5, seconds / 3) * 1000);
    const before = load.measured();

    attacker.send({ port: service.port, key } satisfies Target);
    service.begin();
    await Promise.race([load.during(seconds * 1000), service.ended]);
    const watched = service.isRunning ? await service.tell() : undefined;
    attacker.send("stop");
    const stopped = once(attacker, "message") as Promise<[Counts]>;
    const requests = await Promise.race([stopped.then(([counts]) => counts), sleep(90_000).then(() => ({}))]);
    if (watched === undefined || !service.isRunning) {
      throw new Error(`the service is gone: ${await service.ended}; ${service.complaints.slice(-5).join("\n")}`);
    }
    await load.end();
    const { latency, health } = load.measured();
    const all = [...honest.arrived.values()];
    const code = await service.stop();
    if (code !== 0) faults.push(`told to stop, the service ended with ${code}`);
    return {
      requests,
      honest: {
        kept: load.kept,
        putOff: load.putOff,
        arrived: all.length,
        twice: all.filter(({ times }) => times > 1).length,
      },
      latency,
      health,
      before,
      watched,
      faults: [...faults, ...service.complaints],
    };
  } finally {
    attacker?.kill("SIGKILL");
    await service?.stop("SIGKILL");
    await honest.close();
  }
}

/** Updates profiles that are alerted, and looks at the service's health, at a steady pace. */
function honestLoad(
  port: number,
  key: string,
  arrived: ReadonlyMap<string, { readonly at: number }>,
  perSecond: number,
  faults: string[],
) {
  let sent = new Map<string, number>();
  let health: number[] = [];
  const underWay = new Set<Promise<void>>();
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  let n = 0;
  const counted = { kept: 0, putOff: 0 };
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };

  async function update(title: string): Promise<void> {
    sent.set(title, performance.now());
    const body = JSON.stringify({ identifiers: { user: title }, fields: { vip: title } });
    for (;;) {
      const answer = await ask(port, { method: "PUT", path: "/v1/profiles", headers, body }, { agent });
      if (answer.status === 200 || answer.status === 201) {
        counted.kept++;
        return;
      }
      if (answer.status !== 503) {
        faults.push(`an honest update was answered with ${answer.status} ${answer.text.slice(0, 300)}`);
        return;
      }
      counted.putOff++;
      await sleep(1000 * Number(answer.headers["retry-after"] ?? 1));
    }
  }

  async function look(): Promise<void> {
    const from = performance.now();
    const { status, text } = await ask(port, { path: "/healthz" });
    health.push(performance.now() - from);
    if (status !== 200) faults.push(`/healthz was answered with ${status} ${text.slice(0, 300)}`);
  }

  const doing = (work: Promise<void>): void => {
    const one = work.finally(() => underWay.delete(one));
    underWay.add(one);
  };

  return {
    get kept() {
      return counted.kept;
    },
    get putOff() {
      return counted.putOff;
    },
    async during(ms: number): Promise<void> {
      const start = performance.now();
      for (let i = 0; performance.now() - start < ms; i++) {
        doing(update(`v${n++}`));
        doing(look());
        await sleep(Math.max(0, start + ((i + 1) * 1000) / perSecond - performance.now()));
      }
    },
    /** Of what was sent since it was asked last. */
    measured(): { readonly latency: Latency; readonly health: Latency } {
      const times = [...sent].flatMap(([title, at]) => (arrived.has(title) ? [arrived.get(title)!.at - at] : []));
      const found = { latency: spread(times), health: spread(health) };
      sent = new Map();
      health = [];
      return found;
    },
    /** Waits until all that was kept has arrived. */
    async end(): Promise<void> {
      await Promise.race([Promise.all(underWay), sleep(120_000)]);
      agent.destroy();
      for (let i = 0; i < 600 && arrived.size < counted.kept; i++) await sleep(100);
    },
  };
}

function spread(times: readonly number[]): Latency {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

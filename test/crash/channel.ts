import { Agent, request } from "node:http";
import type { Channel } from "../../src/dispatch/channel.ts";
import type { Outcome } from "../../src/store/index.ts";

/** Posts the title, with the id in a header: the smallest webhook. */
export function post(port: number): Channel {
  const agent = new Agent({ keepAlive: true });
  return {
    kind: "post",
    retry: { wait: { base: 20, cap: 100 } },
    limits: { concurrency: 16, breaker: { failures: 20, resetTimeout: 50 } },
    accept: (to) => ({ destination: String(to) }),
    send: (delivery, { signal }) =>
      new Promise((resolve) => {
        const end = (outcome: Outcome): void => resolve({ outcome });
        const headers = { "webhook-id": delivery.id };
        const sending = request({
          host: "127.0.0.1",
          port,
          path: delivery.destination,
          method: "POST",
          agent,
          headers,
          signal,
        });
        sending.on("response", (answer) => {
          answer.resume();
          answer.on("error", () => end({ kind: "retry", reason: "the answer broke off" }));
          answer.on("end", () => end(outcomeOf(answer.statusCode!)));
        });
        sending.on("error", (error) => end({ kind: "retry", reason: error.message }));
        sending.end(delivery.alert.title);
      }),
    close: async () => agent.destroy(),
  };
}

function outcomeOf(status: number): Outcome {
  if (status < 300) return { kind: "delivered" };
  return status < 500 ? { kind: "rejected", reason: `${status}` } : { kind: "retry", reason: `${status}` };
}

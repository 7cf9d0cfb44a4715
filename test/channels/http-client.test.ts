import { describe, expect, test } from "vitest";
import { type HttpOptions, httpClient } from "../../src/channels/http/client.ts";
import { shownUrl } from "../../src/dispatch/secrets/url.ts";
import { receiver } from "./receiver.ts";

const guard = { allow: ["127.0.0.0/8"] };

async function exchange(url: string, request: object = {}, options: HttpOptions = { guard }) {
  const client = httpClient(options);
  try {
    return await client.exchange({ method: "POST", url: new URL(url), headers: {}, ...request });
  } finally {
    await client.close();
  }
}

describe("an exchange", () => {
  test("says what was asked and answered, and keeps no secret", async () => {
    await using there = await receiver((_received, _request, response) => {
      response.writeHead(201, { "set-cookie": ["a=1", "b=2"], "x-a": ["1", "2"] }).end("grüße");
    });
    const headers = { "X-One": "1", authorization: "Bearer s3cret", "X-Key": "s3cret" };
    const got = await exchange(`${there.url}a?b=c`, { headers, body: "ä", secrets: new Set(["x-key"]) });
    expect(got).toMatchObject({
      request: {
        line: `POST ${shownUrl(`${there.url}a?b=c`)}`,
        headers: { "x-one": "1", authorization: "…", "x-key": "…" },
        body: "ä",
      },
      response: { statusLine: "201 Created", headers: { "set-cookie": "…", "x-a": "1, 2" }, body: "grüße" },
      httpResponse: { status: 201, text: "grüße" },
    });
    expect(JSON.stringify(got.request) + JSON.stringify(got.response)).not.toMatch(/s3cret|a=1/);
    expect(there.received).toMatchObject([{ method: "POST", path: "/a?b=c", body: Buffer.from("ä") }]);
    expect(there.received[0]?.headers).toMatchObject({
      "x-one": "1",
      authorization: "Bearer s3cret",
      "x-key": "s3cret",
    });
  });

  test("the journal's bodies are capped, and a body that holds secrets is left out", async () => {
    await using there = await receiver();
    const long = "x".repeat(20_000);
    const { request } = await exchange(there.url, { body: long });
    expect(request?.body).toBe(`${"x".repeat(16_384)}… (20000 characters)`);
    expect((await exchange(there.url, { body: "client_secret=x", journal: false })).request).not.toHaveProperty("body");
    expect((await exchange(there.url, { body: Buffer.from("x"), journal: "as text" })).request?.body).toBe("as text");
  });

  test("connections are kept only if asked for", async () => {
    for (const keepAlive of [false, true]) {
      await using there = await receiver();
      const client = httpClient({ guard, keepAlive });
      const url = new URL(there.url);
      for (const _ of [1, 2]) await client.exchange({ method: "POST", url, headers: {} });
      await client.close();
      const sent = there.received.map(({ headers }) => headers.connection);
      expect(sent).toEqual(keepAlive ? ["keep-alive", "keep-alive"] : ["close", "close"]);
    }
  });

  test("what the guard refuses is rejected before anything is sent", async () => {
    await using there = await receiver();
    const { request, outcome } = (await exchange(there.url, {}, {})) as { request: object; outcome: object };
    expect(request).toMatchObject({ line: `POST ${shownUrl(there.url)}` });
    expect(outcome).toEqual({
      kind: "rejected",
      reason:
        '127.0.0.1 is a loopback address, which is blocked by default; to permit it, add "127.0.0.1" under guard.allow',
    });
    expect(there.received).toEqual([]);
  });

  test("ends as a retry when the process has to stop", async () => {
    const stop = new AbortController();
    await using there = await receiver(() => stop.abort());
    const outcome = { kind: "retry", reason: "this process was stopped during the attempt" };
    expect(await exchange(there.url, { signal: stop.signal })).toMatchObject({ outcome });
    expect(await exchange(there.url, { signal: stop.signal })).toMatchObject({ outcome });
    expect(there.received.length).toBe(1);
  });

  test("a request that cannot be written is rejected", async () => {
    await using there = await receiver();
    const { outcome } = (await exchange(there.url, { headers: { "x-a": "1\r\nx-b: 2" } })) as { outcome: object };
    expect(outcome).toEqual({ kind: "rejected", reason: "invalid x-a header (UND_ERR_INVALID_ARG)" });
    expect(there.received).toEqual([]);
  });
});

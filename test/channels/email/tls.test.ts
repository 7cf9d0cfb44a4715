import { describe, expect, test } from "vitest";
import { createAuthority } from "../certificate.ts";
import { channelTo, deliver, mailServer, scriptedServer } from "./mail-server.ts";

describe("without TLS", () => {
  test("nothing is sent, not even a name, unless that was asked for", async () => {
    await using server = await scriptedServer({});
    for (const starttls of ["required", undefined] as const) {
      await using channel = channelTo(server.port, { starttls });
      const { outcome } = await deliver(channel);
      expect(outcome).toEqual({
        kind: "retry",
        reason: "no TLS with the mail server: 502 5.5.1 no such command",
        holdScope: "channel",
        countsAsAttempt: false,
      });
    }
    expect(new Set(server.said.map((text) => text.split(" ")[0]))).toEqual(new Set(["EHLO", "STARTTLS"]));
    await using channel = channelTo(server.port, { starttls: "offered" });
    expect((await deliver(channel)).outcome).toEqual({ kind: "delivered" });
  });
});

describe("with certificates", () => {
  const { ca, sign } = createAuthority();
  const own = sign("localhost", ["localhost"], { address: true });
  const foreign = sign("elsewhere", ["mx.example.org"]);
  const login = { user: "us", pass: "pa55-word" };
  const server = (certificate: typeof own, more = {}) => mailServer({ ...certificate, disabledCommands: [], ...more });

  test("STARTTLS, and a login that the journal does not show", async () => {
    await using mx = await server(own, {
      authOptional: false,
      onAuth: (
        { username, password }: { username: string; password: string },
        _session: unknown,
        done: (error: Error | null, answer?: object) => void,
      ) =>
        username === login.user && password === login.pass
          ? done(null, { user: "us" })
          : done(new Error("Invalid login")),
    });
    await using channel = channelTo(mx.port, { starttls: "required", tls: { ca }, auth: login });
    const sent = await deliver(channel);
    expect(sent.outcome).toEqual({ kind: "delivered" });
    expect(mx.taken).toMatchObject([{ secure: true, user: "us" }]);
    expect(JSON.stringify(sent)).not.toMatch(/pa55|cGE1NS/);

    await using wrong = channelTo(mx.port, {
      starttls: "required",
      tls: { ca },
      auth: { ...login, pass: "pa55" },
    });
    const refused = await deliver(wrong);
    expect(refused.outcome).toMatchObject({ kind: "retry", holdScope: "channel", countsAsAttempt: false });
    expect(refused.response?.statusLine).toMatch(/^535 /);
    expect(JSON.stringify(refused)).not.toMatch(/pa55|cGE1NS/);
    expect(mx.taken).toHaveLength(1);
  });

  test("TLS from the first byte", async () => {
    await using mx = await server(own, { secure: true });
    await using channel = channelTo(mx.port, { secure: true, starttls: undefined, tls: { ca } });
    expect((await deliver(channel)).outcome).toEqual({ kind: "delivered" });
    expect(mx.taken).toMatchObject([{ secure: true }]);
  });

  test.each([
    ["an unknown authority", () => own, {}, /unknown authority/],
    ["another name", () => foreign, { ca }, /its certificate is for another name/],
  ])("a certificate of %s holds the channel, and nothing is sent", async (_what, certificate, tls, reason) => {
    for (const secure of [true, false]) {
      await using mx = await server(certificate(), { secure });
      await using channel = channelTo(mx.port, { secure, starttls: "required", tls });
      const { outcome } = await deliver(channel);
      expect(outcome).toEqual({
        kind: "retry",
        reason: expect.stringMatching(reason),
        holdScope: "channel",
        countsAsAttempt: false,
      });
      expect(mx.taken).toEqual([]);
    }
  });

  test("the name a certificate has to be for can be given", async () => {
    await using mx = await server(foreign);
    await using channel = channelTo(mx.port, { starttls: "required", tls: { ca, servername: "mx.example.org" } });
    expect((await deliver(channel)).outcome).toEqual({ kind: "delivered" });
  });

  test("what a man in the middle adds before TLS is not listened to", async () => {
    await using mx = await scriptedServer({ starttls: "220 go on\r\n250 and take this" });
    await using channel = channelTo(mx.port, { starttls: "required", timeouts: { connect: 300, greeting: 300 } });
    const { outcome } = await deliver(channel);
    expect(outcome).toMatchObject({ kind: "retry" });
    expect(mx.said.filter((text) => /^(?:MAIL|DATA|AUTH)/.test(text))).toEqual([]);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderEntry } from "../../src/dispatch/enqueue.ts";
import { type Channel, DestinationError } from "../../src/dispatch/index.ts";
import { isSecretHeader } from "../../src/dispatch/secrets/header.ts";
import { levelsOf } from "../../src/dispatch/secrets/levels.ts";
import { Redactor } from "../../src/dispatch/secrets/redactor.ts";
import { MissingSecretError, sealed, shownSealed, unsealed } from "../../src/dispatch/secrets/seal.ts";
import { secretsOfUrl, shownDestination, shownUrl } from "../../src/dispatch/secrets/url.ts";
import type { AttemptResult } from "../../src/store/index.ts";

const bodyOf = (body: string): AttemptResult => ({
  response: { statusLine: "200", body },
  outcome: { kind: "delivered" },
});

describe("a redactor", () => {
  test.each([
    ["pass-w0rd", "the pass-w0rd, twice: pass-w0rd", "the …, twice: …"],
    ["pass-w0rd", `x${Buffer.from("pass-w0rd").toString("base64")}`, "x…"],
    ["pass-w0rd", Buffer.from("a pass-w0rd b").toString("base64"), "YS…gYg=="],
    ["pass-w0rd", "x706173732d77307264 x706173732D77307264", "x… x…"],
    ["a/b+c=", "a%2Fb%2Bc%3D a%2fb%2bc%3d a\\/b+c= &#97;&#x2f;b&#43;c&#61; a%252Fb%252Bc%253D", "… … … … …"],
    ["pä$$\nx", "p\\u00e4$$\\nx p%C3%A4$$%0Ax", "… …"],
    ["two words", "two+words two%20words", "… …"],
    ["abc", "abc is too short to be looked for", "abc is too short to be looked for"],
    ["abcd", "abcd is not", "… is not"],
    ["ABCDEF-12345", "x-abcdef-12345", "x-…"],
  ])("of %j: %s", (secret, text, shown) => {
    expect(new Redactor([secret]).text(text)).toBe(shown);
  });

  test("finds in an answer what was made hexadecimal", () => {
    const hex = Buffer.from("POST /hook/T0kenT0ken").toString("hex");
    const shown = Buffer.from("POST /hook/").toString("hex");
    expect(new Redactor([], new Redactor(["T0kenT0ken"])).sent(bodyOf(hex)).response!.body).toBe(`${shown}…`);
    expect(new Redactor(["T0kenT0ken"], new Redactor([])).sent(bodyOf(hex)).response!.body).toBe(`${shown}…`);
  });

  test("says a secret by its name, and the longest of several", () => {
    const redactor = new Redactor([{ name: "PIN", value: "1234-5678" }, "a 1234-5678 b"]);
    expect(redactor.text("1234-5678")).toBe("${PIN}");
    expect(redactor.text("(a 1234-5678 b)")).toBe("(…)");
  });

  test("of a PEM finds each of its lines", () => {
    const pem = `-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\nqwertzuiopasdfghjklyxcvbnm\n-----END PRIVATE KEY-----\n`;
    const shown = new Redactor([pem]).text(pem.replaceAll("\n", "\\r\\n"));
    expect(shown).toBe("-----BEGIN PRIVATE KEY-----\\r\\n…\\r\\n…\\r\\n-----END PRIVATE KEY-----\\r\\n");
  });

  test.each([
    ["abcdefgh", `${"x".repeat(200)}abcd`, `${"x".repeat(200)}…`],
    ["abcdefgh", `${"x".repeat(200)}abcdefg… (20000 characters)`, `${"x".repeat(200)}…… (20000 characters)`],
    ["äbcdefgh", `${"x".repeat(200)}%C3%A4bcd%`, `${"x".repeat(200)}…`],
    ["abcdefgh", `${"x".repeat(200)}abc`, `${"x".repeat(200)}abc`],
  ])("of %j finds what was cut: %s", (secret, body, shown) => {
    expect(new Redactor([secret]).sent(bodyOf(body)).response!.body).toBe(shown);
  });

  test("takes out names of headers, and leaves the rest of what was said as it is", () => {
    const sent: AttemptResult = {
      request: { line: "POST /", headers: { a: "pass-w0rd" }, body: "é % \\ & ok" },
      response: { statusLine: "200 pass-w0rd", headers: { "x-pass-w0rd": "1" }, body: "%zz \\q &nothing; \r\n fine" },
      outcome: { kind: "retry", reason: "no pass-w0rd", retryAfter: 5, holdScope: "channel" },
    };
    expect(new Redactor(["pass-w0rd"]).sent(sent)).toEqual({
      request: { line: "POST /", headers: { a: "…" }, body: "é % \\ & ok" },
      response: { statusLine: "200 …", headers: { "x-…": "1" }, body: "%zz \\q &nothing; \r\n fine" },
      outcome: { kind: "retry", reason: "no …", retryAfter: 5, holdScope: "channel" },
    });
  });

  test("leaves texts without its secrets alone, and no secret in any text", () => {
    const part = fc.constantFrom("a", "%", "%41", "\\u0041", "&amp;", "\n", "é", "…", "S3cret+x/");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const text = parts.join("");
        const shown = new Redactor(["S3cret+x/"]).text(text);
        expect(shown).not.toContain("S3cret+x/");
        expect(shown.replaceAll("…", "")).toBe(text.replaceAll("S3cret+x/", "").replaceAll("…", ""));
      }),
    );
  });

  test("finds a secret however it was escaped, and only it", () => {
    const encode = fc.constantFrom(
      encodeURIComponent,
      (text: string) => JSON.stringify(text).slice(1, -1),
      (text: string) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/"),
      (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;"),
      (text: string) => text,
    );
    const secret = fc
      .string({ minLength: 6, maxLength: 80, unit: "grapheme" })
      .filter((text) => text.isWellFormed() && !/[\r\n\\%&;]/.test(text));
    fc.assert(
      fc.property(secret, fc.array(encode, { maxLength: 3 }), (value, all) => {
        const escaped = all.reduce((text, one) => one(text), value);
        expect(new Redactor([value]).text(`[${escaped}]`)).toBe("[…]");
      }),
    );
  });
});

test("characters looked at grow with the text and no faster, whatever it is", () => {
  // A search of the text is one call of the engine for each hit; hits do not overlap, so their number is bounded by the text's length.
  const hits = (n: number): number => new Redactor(["aaaa"]).text("a".repeat(n)).length;
  expect([1_000, 2_000, 4_000].map(hits)).toEqual([250, 500, 1_000]);
  const long = "a".repeat(8_000);
  expect(new Redactor([`${long}b`]).text("a".repeat(1_000_000))).toBe("…".repeat(125));
  // Levels are bounded, so that nothing is undone again and again.
  for (const hostile of [
    "%25".repeat(100_000),
    "\\\\".repeat(100_000),
    "&amp;".repeat(100_000),
    "\r\n".repeat(100_000),
  ])
    expect(levelsOf(hostile).length).toBeLessThanOrEqual(5);
});

test("what a channel complains of at hand-over has no secret in it", async () => {
  const channel: Channel = {
    kind: "own",
    secrets: ["my-own-s3cret"],
    accept(to) {
      if (to === "x") return { destination: "x" };
      throw new DestinationError(`${to} is not for my-own-s3cret`);
    },
    compose() {
      throw new TypeError("my-own-s3cret is odd");
    },
    send: async () => ({ outcome: { kind: "delivered" } }),
  };
  const options = { channels: { c: channel }, render: undefined, keepSource: false };
  const handOver = (to: string) => renderEntry({ channel: "c", to, alert: { title: "t" } }, options, 0);
  await expect(handOver("y")).rejects.toThrow(new DestinationError("y is not for …"));
  await expect(handOver("x")).rejects.toThrow("… is odd");
});

describe("URLs", () => {
  test("are shown by scheme, host and a hash, and stay so", () => {
    const url = "https://hooks.example:8443/services/T0/B0/token?x=1#part";
    const shown = shownUrl(url);
    expect(shown).toMatch(/^https:\/\/hooks\.example:8443#[\da-f]{16}$/);
    expect(shownUrl(shown)).toBe(shown);
    expect(shownUrl("HTTPS://HOOKS.example:8443/services/T0/B0/token?x=1")).toBe(shown);
    expect(shownUrl("https://hooks.example:8443/services/T0/B0/other?x=1")).not.toBe(shown);
    for (const other of ["ada@example.com", "topic news", "", "https://", "ftp://x/y"])
      expect(shownUrl(other)).toBe(other);
    expect(shownDestination({ endpoint: url, keys: { p256dh: "p", auth: "a" } })).toEqual({
      endpoint: shown,
      keys: { p256dh: "p", auth: "…" },
    });
  });

  test.each<[string, string[]]>([
    [
      "https://hooks.example/services/T012345678/B0/abcDEFghi",
      ["/services/T012345678/B0/abcDEFghi", "T012345678", "abcDEFghi"],
    ],
    [
      "https://api.telegram.example/bot123456:AAH-token/sendMessage",
      ["/bot123456:AAH-token/sendMessage", "bot123456:AAH-token", "bot123456", "AAH-token", "sendMessage"],
    ],
    ["https://ann:pass@a.example/in", ["pass"]],
    ["https://a.example/webhooks/push-notifications?wait=true&key=k3y4&mode=json", ["k3y4"]],
    ["https://a.example/", []],
    ["ada@example.com", []],
  ])("%s has of secrets %j", (url, secrets) => {
    expect(secretsOfUrl(url)).toEqual(secrets);
  });
});

test("headers are secret by their names", () => {
  const names = [
    ...[
      "authorization",
      "proxy-authorization",
      "cookie",
      "set-cookie",
      "x-api-key",
      "apikey",
      "x-auth-token",
      "x-auth",
    ],
    ...[
      "ocp-apim-subscription-key",
      "x-goog-signature",
      "x-session-id",
      "db-password",
      "client-secret",
      "webhook-signature",
    ],
  ];
  expect(names.filter((name) => !isSecretHeader(name))).toEqual([]);
  const plain = [
    "content-type",
    "date",
    "idempotency-key",
    "x-idempotency-key",
    "webhook-id",
    "dkim-signature",
    "author",
    "x-monkey",
  ];
  expect(plain.filter(isSecretHeader)).toEqual([]);
});

describe("a seal", () => {
  const mark = "\u{10fffe}";
  const secrets = [{ name: "SHORT", value: "secret-12" }, { name: "LONG", value: "the secret-12 of all" }, "unnamed-1"];

  test("keeps names in place of secrets", () => {
    const content = { body: "secret-12, the secret-12 of all, unnamed-1", list: ["x", 1, null, "secret-12"] };
    const kept = sealed(content, secrets);
    expect(JSON.stringify(kept)).not.toContain("secret-12");
    expect(unsealed(kept, secrets)).toEqual(content);
    expect(shownSealed(kept)).toEqual({ body: "${SHORT}, ${LONG}, unnamed-1", list: ["x", 1, null, "${SHORT}"] });
  });

  test("opens what it closed, whatever a profile puts there", () => {
    const part = fc.constantFrom("secret-12", mark, `${mark}SHORT${mark}`, "${SHORT}", "SHORT", "a", "the ", " of all");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        expect(unsealed(sealed(text, secrets), secrets)).toBe(text);
      }),
    );
    // A text in a profile that looks like a sealed one gets nothing.
    expect(unsealed(sealed(`${mark}SHORT${mark} \${SHORT}`, []), secrets)).toBe(`${mark}SHORT${mark} \${SHORT}`);
  });

  test("of a secret that changed gives the new one, of one that is gone an error", () => {
    const kept = sealed("secret-12", secrets);
    expect(unsealed(kept, [{ name: "SHORT", value: "rotated" }])).toBe("rotated");
    expect(() => unsealed(kept, [])).toThrow(MissingSecretError);
    expect(() => unsealed(kept, [])).toThrow("it needs ${SHORT}, which the channel's configuration no longer has");
  });
});

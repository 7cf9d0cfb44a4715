import { describe, expect, test } from "vitest";
import { pushResult } from "../../../src/channels/web-push/response-outcome.ts";

const mozilla = (code: number, errno: number, message: string): string =>
  JSON.stringify({ code, errno, error: "Error", message, more_info: "http://autopush.readthedocs.io/" });

const delivered = { outcome: { kind: "delivered" } };
const gone = (reason: string) => ({ outcome: { kind: "gone", reason } });
const rejected = (reason: string) => ({ outcome: { kind: "rejected", reason } });
const retry = (reason: string, more: object = {}) => ({ outcome: { kind: "retry", reason, ...more } });
const doubted = (reason: string) => ({ ...retry(reason), service: "token" });

describe.each([
  [
    "RFC 8030",
    [
      [201, "", delivered],
      [200, "", delivered],
      [202, "", delivered],
      [404, "", gone("404")],
      [410, "", gone("410")],
      [400, "", rejected("400")],
      [403, "", rejected("403")],
      [413, "Payload Too Large", rejected("413: Payload Too Large")],
      [301, "", rejected("301")],
      [307, "", rejected("307")],
      [405, "", rejected("405")],
      [401, "", doubted("401")],
      [408, "", retry("408")],
      [425, "", retry("425")],
      [429, "", retry("429", { holdScope: "destination" })],
      [500, "", retry("500")],
      [502, "<html>", retry("502: <html>")],
      [503, "", { ...retry("503", { holdScope: "destination" }), service: undefined }],
      [504, "", retry("504")],
      [507, "", retry("507")],
    ],
  ],
  [
    "Mozilla",
    [
      [400, mozilla(400, 111, "Missing TTL"), rejected("400: Missing TTL (111)")],
      [400, mozilla(400, 112, "Invalid TTL"), rejected("400: Invalid TTL (112)")],
      [400, mozilla(400, 113, "Invalid Topic"), rejected("400: Invalid Topic (113)")],
      [
        401,
        mozilla(401, 109, "Request did not validate Invalid Authorization Header"),
        doubted("401: Request did not validate Invalid Authorization Header (109)"),
      ],
      [401, mozilla(401, 109, "VAPID public key mismatch"), rejected("401: VAPID public key mismatch (109)")],
      [404, mozilla(404, 102, "Invalid URL endpoint"), gone("404: Invalid URL endpoint (102)")],
      [410, mozilla(410, 103, "Expired URL endpoint"), gone("410: Expired URL endpoint (103)")],
      [410, mozilla(410, 105, "No such subscription"), gone("410: No such subscription (105)")],
      [410, mozilla(410, 106, "No such subscription"), gone("410: No such subscription (106)")],
      [413, mozilla(413, 104, "4028"), rejected("413: 4028 (104)")],
      [429, mozilla(429, 201, "Please slow down"), retry("429: Please slow down (201)", { holdScope: "destination" })],
      [
        503,
        mozilla(503, 201, "Use exponential back-off"),
        { ...retry("503: Use exponential back-off (201)", { holdScope: "destination" }), service: undefined },
      ],
      [503, mozilla(503, 202, "Retry immediately"), retry("503: Retry immediately (202)", { retryAfter: 0 })],
    ],
  ],
  [
    "Google",
    [
      [400, "UnauthorizedRegistration", doubted("400: UnauthorizedRegistration")],
      [403, "permission denied: invalid JWT provided\n", doubted("403: permission denied: invalid JWT provided")],
      [
        403,
        "the VAPID credentials in the authorization header do not correspond to the credentials used to create the subscriptions.\n",
        rejected(
          "403: the VAPID credentials in the authorization header do not correspond to the credentials used to create the subscriptions.",
        ),
      ],
      [
        410,
        "push subscription has unsubscribed or expired.\n",
        gone("410: push subscription has unsubscribed or expired."),
      ],
    ],
  ],
  [
    "Apple",
    [
      [403, '{"reason":"BadJwtToken"}', doubted("403: BadJwtToken")],
      [403, '{"reason":"ExpiredJwtToken"}', doubted("403: ExpiredJwtToken")],
      [400, '{"reason":"VapidPkHashMismatch"}', rejected("400: VapidPkHashMismatch")],
      [410, '{"reason":"Unregistered"}', gone("410: Unregistered")],
    ],
  ],
  [
    "hostile",
    [
      [400, '{"message":{"toString":1},"reason":["x"]}', rejected('400: {"message":{"toString":1},"reason":["x"]}')],
      [400, '{"errno":"1","message":"a\\n\\tb"}', rejected("400: a b")],
      [400, "null", rejected("400: null")],
      [400, "x".repeat(1000), rejected(`400: ${"x".repeat(300)}`)],
    ],
  ],
] as [string, [number, string, object][]][])("answers: %s", (_, rows) => {
  test.each(rows)("%d %s", (status, text, meaning) => {
    expect(pushResult(status, text)).toEqual(meaning);
  });
});

test("Retry-After", () => {
  expect(pushResult(429, "", 5000).outcome).toEqual({
    kind: "retry",
    reason: "429",
    retryAfter: 5000,
    holdScope: "destination",
  });
  expect(pushResult(503, "", 5000)).toEqual({
    outcome: { kind: "retry", reason: "503", retryAfter: 5000, holdScope: "destination" },
    service: "wait",
  });
  expect(pushResult(500, "", 5000).outcome).toEqual({ kind: "retry", reason: "500", retryAfter: 5000 });
  expect(pushResult(410, "", 5000).outcome).toEqual({ kind: "gone", reason: "410" });
});

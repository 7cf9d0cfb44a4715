import { describe, expect, test } from "vitest";
import { apnsResult } from "../../../src/channels/apns/response-outcome.ts";

const minute = 60_000;
const rejected = { kind: "rejected" };
const gone = { kind: "gone" };
const operators = { kind: "retry", holdScope: "channel", countsAsAttempt: false };

describe("every reason of Apple's documents", () => {
  test.each([
    [400, "BadCollapseId", rejected],
    [400, "BadDeviceToken", rejected],
    [400, "BadExpirationDate", rejected],
    [400, "BadMessageId", rejected],
    [400, "BadPriority", rejected],
    [400, "BadTopic", operators],
    [400, "DeviceTokenNotForTopic", rejected],
    [400, "DuplicateHeaders", rejected],
    [400, "IdleTimeout", { kind: "retry" }],
    [400, "InvalidPushType", rejected],
    [400, "MissingDeviceToken", rejected],
    [400, "MissingTopic", operators],
    [400, "PayloadEmpty", rejected],
    [400, "TopicDisallowed", operators],
    [403, "BadCertificate", operators],
    [403, "BadCertificateEnvironment", operators],
    [403, "ExpiredProviderToken", operators],
    [403, "Forbidden", rejected],
    [403, "InvalidProviderToken", operators],
    [403, "MissingProviderToken", operators],
    [403, "UnrelatedKeyIdInToken", operators],
    [403, "BadEnvironmentKeyIdInToken", operators],
    [404, "BadPath", rejected],
    [405, "MethodNotAllowed", rejected],
    [410, "ExpiredToken", gone],
    [410, "Unregistered", gone],
    [413, "PayloadTooLarge", rejected],
    [429, "TooManyProviderTokenUpdates", { ...operators, retryAfter: 20 * minute }],
    [429, "TooManyRequests", { kind: "retry", holdScope: "destination" }],
    [500, "InternalServerError", { kind: "retry", retryAfter: 15 * minute }],
    [503, "ServiceUnavailable", { kind: "retry", retryAfter: 15 * minute }],
    [503, "Shutdown", { kind: "retry" }],
  ])("%d %s", (status, reason, outcome) => {
    const { outcome: got, token } = apnsResult(status, JSON.stringify({ reason }));
    expect(got).toEqual({ ...outcome, reason: `${status} ${reason}` });
    expect(token).toBe(reason === "ExpiredProviderToken" ? "expired" : undefined);
  });
});

test("Retry-After comes before what the reason would wait", () => {
  const text = '{"reason":"ServiceUnavailable"}';
  expect(apnsResult(503, text, 5000).outcome).toMatchObject({ retryAfter: 5000 });
  expect(apnsResult(429, '{"reason":"TooManyRequests"}', 5000).outcome).toMatchObject({ retryAfter: 5000 });
});

describe("a token that is gone since then", () => {
  const text = '{"reason":"Unregistered","timestamp":1700000000000}';
  test.each([
    [undefined, "gone"],
    [1_699_999_999_999, "gone"],
    [1_700_000_000_000, "gone"],
    [1_700_000_000_001, "retry"],
  ])("registered at %s: %s", (registeredAt, kind) => {
    expect(apnsResult(410, text, undefined, registeredAt).outcome.kind).toBe(kind);
  });

  test("without a time, or with one that is none", () => {
    expect(apnsResult(410, '{"reason":"Unregistered"}', undefined, 1).outcome.kind).toBe("gone");
    expect(apnsResult(410, '{"reason":"Unregistered","timestamp":1e300}', undefined, 1).outcome.kind).toBe("gone");
  });
});

test.each([
  [400, "", { kind: "rejected", reason: "400" }],
  [400, "null", { kind: "rejected", reason: "400" }],
  [400, '{"reason":"Novelty"}', { kind: "rejected", reason: "400 Novelty" }],
  [400, '{"reason":"__proto__"}', { kind: "rejected", reason: "400 __proto__" }],
  [400, '{"reason":"<script>"}', { kind: "rejected", reason: "400" }],
  [410, "", { kind: "gone", reason: "410" }],
  [429, "<html>", { kind: "retry", reason: "429", holdScope: "destination" }],
  [502, "<html>", { kind: "retry", reason: "502" }],
  [302, "", { kind: "rejected", reason: "302" }],
])("what is not documented: %d %s", (status, text, outcome) => {
  expect(apnsResult(status, text).outcome).toEqual(outcome);
});

import { describe, expect, test } from "vitest";
import { fcmResult } from "../../../src/channels/fcm/response-outcome.ts";
import { failure } from "./fcm-server.ts";

const textOf = (...of: Parameters<typeof failure>): string => JSON.stringify(failure(...of).body);
const retry = { kind: "retry" };
const operators = { ...retry, holdScope: "channel", countsAsAttempt: false };

describe("every errorCode of Google's documents", () => {
  test.each([
    [400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", { kind: "rejected" }],
    [404, "NOT_FOUND", "UNREGISTERED", { kind: "gone" }],
    [403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH", { kind: "rejected" }],
    [429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", { ...retry, retryAfter: 60_000, holdScope: "channel" }],
    [503, "UNAVAILABLE", "UNAVAILABLE", { ...retry, retryAfter: 10_000 }],
    [500, "INTERNAL", "INTERNAL", { ...retry, retryAfter: 10_000 }],
    [401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR", { ...retry, holdScope: "destination", countsAsAttempt: false }],
  ])("%d %s %s", (status, api, code, outcome) => {
    const answer = fcmResult(status, textOf(status, api, "why", code));
    expect(answer).toEqual({ outcome: { ...outcome, reason: `${status} ${code} why` } });
  });

  test.each([
    [400, "INVALID_ARGUMENT", { kind: "rejected" }],
    [401, "UNAUTHENTICATED", operators],
    [403, "PERMISSION_DENIED", operators],
    [404, "NOT_FOUND", { kind: "rejected" }],
    [429, "RESOURCE_EXHAUSTED", { ...retry, retryAfter: 60_000, holdScope: "channel" }],
    [500, "INTERNAL", { ...retry, retryAfter: 10_000 }],
    [503, "UNAVAILABLE", { ...retry, retryAfter: 10_000 }],
  ])("of the API: %d %s", (status, code, outcome) => {
    for (const text of [textOf(status, code, "why"), textOf(status, code, "why", "UNSPECIFIED_ERROR")]) {
      expect(fcmResult(status, text).outcome).toEqual({ ...outcome, reason: `${status} ${code} why` });
    }
  });
});

test.each([
  ["Device message rate quota exceeded", "destination"],
  ["Topic message rate quota exceeded", "destination"],
  ["Message rate quota exceeded", "channel"],
])("%s: the %s waits", (message, holdScope) => {
  expect(fcmResult(429, textOf(429, "RESOURCE_EXHAUSTED", message, "QUOTA_EXCEEDED")).outcome).toMatchObject({
    holdScope,
  });
});

test("Retry-After, and never sooner than 10 s", () => {
  expect(fcmResult(429, "", 5000).outcome).toMatchObject({ retryAfter: 5000, holdScope: "channel" });
  expect(fcmResult(503, "", 5000).outcome).toEqual({
    kind: "retry",
    reason: "503",
    retryAfter: 10_000,
    holdScope: "channel",
  });
  expect(fcmResult(503, "", 90_000).outcome).toMatchObject({ retryAfter: 90_000, holdScope: "channel" });
  expect(fcmResult(500, "", 90_000).outcome).toMatchObject({ retryAfter: 90_000 });
});

test.each([
  [200, '{"name":"projects/p/messages/1"}', { kind: "delivered" }],
  [200, "", { kind: "delivered" }],
  [404, "<html>", { kind: "rejected", reason: "404" }],
  [404, '{"error":{"details":[null,{"@type":"x","errorCode":"UNREGISTERED"}]}}', { kind: "rejected", reason: "404" }],
  [400, '{"error":{"status":"<b>","message":["x"]}}', { kind: "rejected", reason: "400" }],
  [400, "null", { kind: "rejected", reason: "400" }],
  [400, '{"error":{"details":{"x":1}}}', { kind: "rejected", reason: "400" }],
  [302, "", { kind: "rejected", reason: "302" }],
  [502, "<html>", { kind: "retry", reason: "502", retryAfter: 10_000 }],
])("what is not documented: %d %s", (status, text, outcome) => {
  expect(fcmResult(status, text).outcome).toEqual(outcome);
});

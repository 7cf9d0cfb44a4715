import assert from "node:assert/strict";
import { generateKeyPairSync, verify } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:https";
import { certificate } from "../certificate.ts";
import { listening } from "../receiver.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const privatePem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const account = "push@example-project.iam.gserviceaccount.com";

export interface Answer {
  readonly status: number;
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Returns an error in the form that FCM uses: with an FcmError for `errorCode`, else without. */
export function failure(status: number, code: string, message = "what went wrong", errorCode?: string): Answer {
  const type = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
  const details = errorCode === undefined ? [] : [{ "@type": type, errorCode }];
  return { status, body: { error: { code: status, message, status: code, details } } };
}

/** Checks an assertion as Google does (OAuth 2.0 for service accounts). Throws what is wrong with it. */
function checkAssertion(body: string, audience: string, now: number): void {
  const form = new URLSearchParams(body);
  assert.deepEqual([...form.keys()], ["grant_type", "assertion"]);
  assert.equal(form.get("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
  const [head, claims, signature] = form.get("assertion")!.split(".") as [string, string, string];
  assert.deepEqual(JSON.parse(Buffer.from(head, "base64url").toString()), { alg: "RS256", typ: "JWT", kid: "key-1" });
  assert.ok(
    verify("sha256", Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, "base64url")),
    "signature",
  );
  const { iss, scope, aud, iat, exp, ...others } = JSON.parse(Buffer.from(claims, "base64url").toString());
  assert.deepEqual(
    { iss, scope, aud, others },
    {
      iss: account,
      scope: "https://www.googleapis.com/auth/firebase.messaging",
      aud: audience,
      others: {},
    },
  );
  assert.ok(Math.abs(now / 1000 - iat) < 300 && exp - iat <= 3600, "times");
}

/** FCM and its token endpoint on one server, by Google's documents. */
export async function google() {
  const state = {
    now: Date.now(),
    /** Given in their order, to one request each, instead of what is right. */
    answers: [] as Answer[],
    tokenAnswers: [] as Answer[],
    messages: [] as {
      readonly authorization: string;
      readonly path: string;
      readonly body: unknown;
      readonly text: string;
    }[],
    /** How many tokens were asked for, and why some were not given. */
    asked: 0,
    refused: [] as string[],
  };
  const given = new Map<string, number>();
  const pair = certificate();
  const { server, port } = await listening(
    createServer(pair, async (request, response) => {
      const text = Buffer.concat(await request.toArray()).toString();
      const { status, body = "", headers = {} } = request.url === "/token" ? grant(text) : message(text);
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof body === "string" ? body : JSON.stringify(body));

      function message(sent: string): Answer {
        const authorization = `${request.headers.authorization}`;
        state.messages.push({ authorization, path: `${request.url}`, body: JSON.parse(sent), text: sent });
        const answer = state.answers.shift();
        if (answer !== undefined) return answer;
        if ((given.get(authorization.replace("Bearer ", "")) ?? 0) <= state.now) return failure(401, "UNAUTHENTICATED");
        if (request.url !== "/v1/projects/example-project/messages:send") return failure(404, "NOT_FOUND");
        return { status: 200, body: { name: "projects/example-project/messages/0:1" } };
      }
    }),
  );
  const url = `https://localhost:${port}`;

  function grant(body: string): Answer {
    state.asked++;
    const answer = state.tokenAnswers.shift();
    if (answer !== undefined) return answer;
    try {
      checkAssertion(body, `${url}/token`, state.now);
    } catch (error) {
      state.refused.push(String(error));
      return { status: 400, body: { error: "invalid_grant", error_description: "Invalid JWT Signature." } };
    }
    const token = `ya29.${state.asked}`;
    given.set(token, state.now + 3600_000);
    return { status: 200, body: { access_token: token, expires_in: 3599, token_type: "Bearer" } };
  }

  return Object.assign(state, {
    url,
    ca: pair.cert,
    serviceAccount: {
      project_id: "example-project",
      client_email: account,
      private_key: privatePem,
      private_key_id: "key-1",
      token_uri: `${url}/token`,
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
}

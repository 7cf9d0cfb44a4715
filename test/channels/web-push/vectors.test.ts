import crypto, { createECDH, type ECDH } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import ece from "http_ece";
import { afterEach, expect, test, vi } from "vitest";
import library from "web-push";
import { encrypt } from "../../../src/channels/web-push/encrypt.ts";
import { webPush } from "../../../src/channels/web-push.ts";
import { attempting, delivery } from "../deliveries.ts";
import { pushService, vapidClaims } from "./push-server.ts";

/** RFC 8291, section 5 and appendix A. */
const rfc8291 = {
  text: "When I grow up, I want to be a watermelon",
  sender: "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
  senderPublic: "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
  receiver: "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
  receiverPublic: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
  salt: "DGv6ra1nlYgDCS1FRnbzlw",
  body:
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y" +
    "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
};
const { auth, salt, receiverPublic } = rfc8291;

function keyPair(secret: string): ECDH {
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(secret, "base64url");
  return pair;
}

/** The RFC's salt and key instead of random ones. */
function takeChanceAway(): void {
  const real = { randomBytes: crypto.randomBytes, createECDH: crypto.createECDH };
  vi.spyOn(crypto, "randomBytes").mockImplementation((size: number) =>
    size === 16 ? Buffer.from(salt, "base64url") : real.randomBytes(size),
  );
  vi.spyOn(crypto, "createECDH").mockImplementation((curve) => {
    const pair = real.createECDH(curve);
    pair.generateKeys = () => {
      pair.setPrivateKey(rfc8291.sender, "base64url");
      return pair.getPublicKey() as never;
    };
    return pair;
  });
  syncBuiltinESMExports();
}

function giveChanceBack(): void {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
}
afterEach(giveChanceBack);

test("RFC 8291 section 5: the keys, and what the channel encrypts with", () => {
  expect(keyPair(rfc8291.sender).getPublicKey("base64url")).toBe(rfc8291.senderPublic);
  expect(keyPair(rfc8291.receiver).getPublicKey("base64url")).toBe(receiverPublic);
  takeChanceAway();
  expect(encrypt(receiverPublic, auth, rfc8291.text).toString("base64url")).toBe(rfc8291.body);
  const { cipherText } = library.encrypt(receiverPublic, auth, rfc8291.text, "aes128gcm");
  expect(cipherText.toString("base64url")).toBe(rfc8291.body);
});

test("with that salt and key the channel sends what http_ece makes of its payload", async () => {
  await using service = await pushService();
  const vapid = { subject: "mailto:ops@example.com", ...library.generateVAPIDKeys() };
  const channel = webPush({ vapid, guard: { allow: ["127.0.0.0/8", "::1"] }, tls: { ca: service.ca } });
  takeChanceAway();
  const to = { endpoint: service.url, keys: { p256dh: receiverPublic, auth } };
  const { request } = await channel.send(delivery({ to, alert: { title: rfc8291.text } }), attempting());
  giveChanceBack();
  await channel.close?.();
  const { body } = service.received[0]!;
  const made = ece.encrypt(Buffer.from(request!.body!), {
    version: "aes128gcm",
    privateKey: keyPair(rfc8291.sender),
    dh: receiverPublic,
    authSecret: auth,
    salt,
  });
  expect(body.toString("base64url")).toBe(made.toString("base64url"));
  const header = Buffer.from(rfc8291.body, "base64url").subarray(0, 86);
  expect(body.subarray(0, 86).equals(header)).toBe(true);
});

test("the decryptor of these tests opens the RFC's body", () => {
  const privateKey = keyPair(rfc8291.receiver);
  const body = Buffer.from(rfc8291.body, "base64url");
  expect(ece.decrypt(body, { version: "aes128gcm", privateKey, authSecret: auth }).toString()).toBe(rfc8291.text);
});

test("RFC 8188 section 3.1", () => {
  const key = Buffer.from("yqdlZ-tYemfogSmv7Ws5PQ", "base64url");
  const body = "I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg";
  expect(ece.decrypt(Buffer.from(body, "base64url"), { version: "aes128gcm", key }).toString()).toBe("I am the walrus");
  const made = ece.encrypt(Buffer.from("I am the walrus"), {
    version: "aes128gcm",
    key,
    salt: "I1BsxtFttlv3u_Oo94xnmw",
  });
  expect(made.toString("base64url")).toBe(body);
});

test("RFC 8292 section 2.4: the verifier of these tests takes the RFC's token, and not another", () => {
  const head = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9";
  const claims =
    "eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0";
  const signature = "i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA";
  const key = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";
  const authorization = `vapid t=${head}.${claims}.${signature}, k=${key}`;
  expect(vapidClaims(authorization)).toEqual({
    aud: "https://push.example.net",
    exp: 1453523768,
    sub: "mailto:push@example.com",
  });
  expect(() => vapidClaims(authorization.replace(".i3CY", ".i3CZ"))).toThrow("the token is signed with its key");
});

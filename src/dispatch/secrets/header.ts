const secretName =
  /authori[sz]ation|cookie|api-?key|token|secret|passw|signature|credential|session|(?:^|-)(?:auth|key|sig|pwd|pass)$/;
/** Matches headers whose names look secret and are not. */
const publicName = /^(?:x-)?idempotency-key$|^sec-websocket-|^dkim-signature$|^arc-|-policy$/;

/** Says whether the name of a header, in lower case, means that its value is a secret. */
export const isSecretHeader = (name: string): boolean => secretName.test(name) && !publicName.test(name);

const shortestPart = 8;

/**
 * Returns the secrets in the value of a secret header: the whole value, the token after a scheme, the values of `name=value`, user and
 * password of Basic auth (RFC 7617).
 */
export function secretsOfHeader(value: string): readonly string[] {
  const secrets = new Set([value]);
  const [, pair] = /^basic +([\w+/-]+=*)$/i.exec(value) ?? [];
  if (pair !== undefined) {
    const text = Buffer.from(pair, "base64").toString();
    const colon = text.indexOf(":");
    for (const secret of [pair, text, text.slice(0, Math.max(colon, 0)), text.slice(colon + 1)]) secrets.add(secret);
  }
  const [, token] = /^[\w-]{1,40} +(\S+)$/.exec(value) ?? [];
  if (token !== undefined) secrets.add(token);
  for (const part of value.split(/[\s,;]+/)) {
    const [, assigned = ""] = /^[\w.-]{1,40}=(.+)$/.exec(part) ?? [];
    for (const secret of [part, assigned]) if (secret.length >= shortestPart) secrets.add(secret);
  }
  return [...secrets];
}

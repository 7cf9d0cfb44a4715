import { type KeyObject, sign } from "node:crypto";

/**
 * Signs a JSON Web Token (RFC 7519) in its compact form (RFC 7515).
 * @param key P-256 for ES256, RSA for RS256
 */
export function jwt(
  header: { readonly alg: "ES256" | "RS256"; readonly [name: string]: string },
  claims: { readonly [name: string]: string | number },
  key: KeyObject,
): string {
  const text = `${base64url(header)}.${base64url(claims)}`;
  // ES256 signatures are two numbers side by side (RFC 7518 section 3.4), not ASN.1; RSA ignores dsaEncoding.
  const signature = sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

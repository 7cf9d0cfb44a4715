import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** DER: a tag, a length, what is in it. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length = Buffer.from([body.length >> 8, body.length & 255]);
  const size = body.length < 128 ? length.subarray(1) : body.length < 256 ? [0x81, body.length] : [0x82, ...length];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const time = (ms: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-T:]/g, "")}Z`));

/** PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A self-signed certificate (RFC 5280) for names and `127.0.0.1`, valid today; trust it as its own authority. */
export const certificate = (...names: readonly string[]): Certificate =>
  certify({ subject: names[0] ?? "localhost", names: ["localhost", ...names] }).pem;

/** A new authority for one test run, and what it signs: for names, and for `127.0.0.1` if that is asked. */
export function createAuthority() {
  const authority = certify({ subject: "authority", isAuthority: true });
  return {
    ca: authority.pem.cert,
    sign: (subject: string, names: readonly string[], { address = false } = {}): Certificate =>
      certify({ subject, names, address, issuer: authority }).pem,
  };
}

interface Issued {
  readonly name: Buffer;
  readonly privateKey: KeyObject;
  readonly pem: Certificate;
}

const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
const yes = der(0x01, Buffer.from([0xff]));
const extension = (id: string, isCritical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(isCritical ? [yes] : []), der(0x04, value));

function certify({
  subject,
  names = [],
  address = true,
  isAuthority = false,
  issuer,
}: {
  readonly subject: string;
  readonly names?: readonly string[];
  readonly address?: boolean;
  readonly isAuthority?: boolean;
  /** Itself, if absent. */
  readonly issuer?: Issued;
}): Issued {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from(subject)))));
  const hosts = [
    ...names.map((one) => der(0x82, Buffer.from(one))),
    ...(address ? [der(0x87, Buffer.from([127, 0, 0, 1]))] : []),
  ];
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(8)),
    ecdsaWithSha256,
    issuer?.name ?? name,
    sequence(time(Date.now() - 86_400_000), time(Date.now() + 86_400_000)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(
      0xa3,
      sequence(
        ...(isAuthority
          ? [extension("551d13", true, sequence(yes))]
          : [extension("551d11", false, sequence(...hosts))]),
      ),
    ),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", body, issuer?.privateKey ?? privateKey));
  const text = sequence(body, ecdsaWithSha256, signature).toString("base64").replace(/.{64}/g, "$&\n");
  return {
    name,
    privateKey,
    pem: {
      key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      cert: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`,
    },
  };
}

import { DestinationError } from "../../dispatch/index.ts";

/**
 * Encrypts to one armored public key. The result differs each time, so the message is encrypted once, when it is queued, and stored.
 * @returns an armored OpenPGP message with CRLF line ends
 * @throws DestinationError for a key that is invalid, expired, revoked or cannot encrypt
 */
export async function encrypt(entity: Uint8Array, armoredKey: string, recipient: string): Promise<string> {
  // Loaded on demand, because it is large and most channels never need it.
  const openpgp = await import("openpgp");
  try {
    const key = await openpgp.readKey({ armoredKey });
    if (key.isPrivate()) throw new Error("it is a private key; give the public key");
    const message = await openpgp.createMessage({ binary: entity });
    const armored = await openpgp.encrypt({ message, encryptionKeys: key, format: "armored" });
    return (armored as string).replace(/\r?\n/g, "\r\n");
  } catch (error) {
    throw new DestinationError(`cannot encrypt to the key of ${recipient}: ${(error as Error).message}`);
  }
}

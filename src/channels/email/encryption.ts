import { importOptional } from "../../base/optional.ts";
import { DestinationError } from "../../dispatch/index.ts";

/**
 * Encrypts to one armored public key. Never the same twice, so it is done at hand-over and kept.
 * @returns an armored OpenPGP message with the line ends of mail
 * @throws DestinationError for a key that is none, has expired, was revoked or cannot encrypt
 */
export async function encrypt(entity: Uint8Array, armoredKey: string, recipient: string): Promise<string> {
  // Large, and most channels never need it.
  const openpgp = await importOptional("openpgp", () => import("openpgp"));
  try {
    const key = await openpgp.readKey({ armoredKey });
    if (key.isPrivate()) throw new Error("it is a private key; give the public one");
    const message = await openpgp.createMessage({ binary: entity });
    const armored = await openpgp.encrypt({ message, encryptionKeys: key, format: "armored" });
    return (armored as string).replace(/\r?\n/g, "\r\n");
  } catch (error) {
    throw new DestinationError(`nothing can be encrypted to the key of ${recipient}: ${(error as Error).message}`);
  }
}

import { generateKeyPairSync } from "node:crypto";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

export const dkim = {
  domain: "example.org",
  selector: "test",
  privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
};

const record = `v=DKIM1; k=rsa; p=${publicKey.export({ type: "spki", format: "der" }).toString("base64")}`;

/** Returns mailauth's verdict on a message's signatures. It gets our key by its name, without the network. */
export async function dkimOf(message: Buffer): Promise<{ result: string; fields: string[] }[]> {
  const { results } = await dkimVerify(message, {
    resolver: async (name: string, type: string) => {
      if (name === "test._domainkey.example.org" && type === "TXT") return [[record]];
      throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
    },
  });
  return results.map(
    ({ status, signingHeaders }: { status: { result: string }; signingHeaders?: { keys: string } }) => ({
      result: status.result,
      fields: (signingHeaders?.keys ?? "").toLowerCase().split(/:\s*/),
    }),
  );
}

declare module "http_ece" {
  import type { ECDH } from "node:crypto";

  interface Parameters {
    readonly version: "aes128gcm";
    /** 16 bytes: the key itself, without web push. */
    readonly key?: Buffer | string;
    readonly keyid?: Buffer;
    readonly privateKey?: ECDH;
    /** The other side's public key. */
    readonly dh?: string;
    readonly authSecret?: string;
    readonly salt?: string;
    readonly rs?: number;
  }
  const ece: {
    encrypt(plain: Buffer, parameters: Parameters): Buffer;
    decrypt(body: Buffer, parameters: Parameters): Buffer;
  };
  export default ece;
}

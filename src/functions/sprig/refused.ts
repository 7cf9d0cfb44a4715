import { define, type FunctionSet } from "../../template/index.ts";

/** Refuses functions of Sprig that a template may not use. They exist so that the error says why. */

const refused = (reason: string) =>
  define({ params: ["any"], variadic: true }, () => {
    throw new Error(reason);
  });

const environment = refused("a template cannot read the environment of the process");
const network = refused("a template cannot use the network");
const keys = refused("a template cannot make keys or certificates");
const passwords = refused("a template cannot encrypt or derive passwords, which would block the process for long");

export const refusals = {
  /** `bcrypt`: refused. `{{ bcrypt "secret" }}` → `error: a template cannot encrypt or derive passwords, which would block the process for long` */
  bcrypt: passwords,
  /** `buildCustomCert`: refused. `{{ buildCustomCert "a" "b" }}` → `error: a template cannot make keys or certificates` */
  buildCustomCert: keys,
  /** `decryptAES`: refused. `{{ decryptAES "a" "b" }}` → `error: a template cannot encrypt or derive passwords, which would block the process for long` */
  decryptAES: passwords,
  /**
   * `derivePassword`: refused. `{{ derivePassword 1 "long" "a" "b" "c" }}` → `error: a template cannot encrypt or derive
   * passwords, which would block the process for long`
   */
  derivePassword: passwords,
  /** `encryptAES`: refused. `{{ encryptAES "a" "b" }}` → `error: a template cannot encrypt or derive passwords, which would block the process for long` */
  encryptAES: passwords,
  /** `env`: refused. `{{ env "HOME" }}` → `error: a template cannot read the environment of the process` */
  env: environment,
  /** `expandenv`: refused. `{{ expandenv "$HOME" }}` → `error: a template cannot read the environment of the process` */
  expandenv: environment,
  /** `genCA`: refused. `{{ genCA "a" 365 }}` → `error: a template cannot make keys or certificates` */
  genCA: keys,
  /** `genCAWithKey`: refused. `{{ genCAWithKey "a" 365 "k" }}` → `error: a template cannot make keys or certificates` */
  genCAWithKey: keys,
  /** `genPrivateKey`: refused. `{{ genPrivateKey "rsa" }}` → `error: a template cannot make keys or certificates` */
  genPrivateKey: keys,
  /** `genSelfSignedCert`: refused. `{{ genSelfSignedCert "a" }}` → `error: a template cannot make keys or certificates` */
  genSelfSignedCert: keys,
  /** `genSelfSignedCertWithKey`: refused. `{{ genSelfSignedCertWithKey "a" }}` → `error: a template cannot make keys or certificates` */
  genSelfSignedCertWithKey: keys,
  /** `genSignedCert`: refused. `{{ genSignedCert "a" }}` → `error: a template cannot make keys or certificates` */
  genSignedCert: keys,
  /** `genSignedCertWithKey`: refused. `{{ genSignedCertWithKey "a" }}` → `error: a template cannot make keys or certificates` */
  genSignedCertWithKey: keys,
  /** `getHostByName`: refused. `{{ getHostByName "example.com" }}` → `error: a template cannot use the network` */
  getHostByName: network,
  /** `htpasswd`: refused. `{{ htpasswd "a" "b" }}` → `error: a template cannot encrypt or derive passwords, which would block the process for long` */
  htpasswd: passwords,
} satisfies FunctionSet;

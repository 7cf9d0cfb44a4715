import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Certificate } from "../certificate.ts";

/** Why there is no postfix to test with, or nothing. */
export const noPostfix: string | undefined =
  process.getuid?.() !== 0
    ? "postfix starts as root only"
    : spawnSync("postconf", ["-d", "mail_version"]).status === 0
      ? undefined
      : "postfix is not installed";

/**
 * A postfix of its own folder and port that keeps mail for example.org and bücher.example in one maildir and passes on
 * nothing. It refuses `nouser@example.org` (550), puts off `grey@example.org` (450) and takes 300,000 bytes at most.
 */
export async function startPostfix({ key, cert }: Certificate) {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-postfix-"));
  chmodSync(folder, 0o755);
  const at = (...names: string[]): string => join(folder, ...names);
  for (const name of ["etc", "spool", "lib", "mail"]) mkdirSync(at(name));
  const uid = Number(execFileSync("id", ["-u", "postfix"], { encoding: "utf8" }));
  chownSync(at("lib"), uid, -1);
  chownSync(at("mail"), 65534, 65534);
  writeFileSync(at("key.pem"), key, { mode: 0o600 });
  writeFileSync(at("cert.pem"), cert);

  const port = await freePort();
  const shipped = execFileSync("postconf", ["-d", "-h", "config_directory"], { encoding: "utf8" }).trim();
  const services = readFileSync(join(shipped, "master.cf"), "utf8");
  writeFileSync(at("etc", "master.cf"), services.replace(/^smtp +inet.*/m, `127.0.0.1:${port} inet n - n - - smtpd`));
  writeFileSync(at("etc", "main.cf"), "");
  const settings = {
    compatibility_level: "3.6",
    queue_directory: at("spool"),
    data_directory: at("lib"),
    mail_owner: "postfix",
    setgid_group: "postdrop",
    inet_interfaces: "127.0.0.1",
    inet_protocols: "ipv4",
    myhostname: "mx.example.org",
    mydestination: "",
    mynetworks: "127.0.0.0/8",
    smtputf8_enable: "yes",
    message_size_limit: "300000",
    smtpd_relay_restrictions: "permit_mynetworks, reject",
    smtpd_recipient_restrictions:
      "check_recipient_access inline:{{nouser@example.org=550 5.1.1 no such user}, {grey@example.org=450 4.2.0 greylisted}}, permit",
    virtual_mailbox_domains: "example.org, xn--bcher-kva.example",
    virtual_mailbox_base: at("mail"),
    virtual_mailbox_maps: "static:all/",
    virtual_minimum_uid: "100",
    virtual_uid_maps: "static:65534",
    virtual_gid_maps: "static:65534",
    smtpd_tls_cert_file: at("cert.pem"),
    smtpd_tls_key_file: at("key.pem"),
    smtpd_tls_security_level: "may",
    maillog_file: at("mail.log"),
    maillog_file_prefixes: folder,
    default_transport: "error:outbound disabled",
    relay_transport: "error:outbound disabled",
  };
  const pairs = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  execFileSync("postconf", ["-c", at("etc"), "-e", ...pairs]);
  const postfix = (command: string) => execFileSync("postfix", ["-c", at("etc"), command], { stdio: "ignore" });
  postfix("start");

  const read = new Set<string>();
  return {
    port,
    log: (): string => readFileSync(at("mail.log"), "utf8"),
    /** The next message that has arrived in the maildir. */
    async arrived(): Promise<Buffer> {
      const inbox = at("mail", "all", "new");
      for (;;) {
        try {
          const name = readdirSync(inbox).find((file) => !read.has(file));
          if (name !== undefined) {
            read.add(name);
            return readFileSync(join(inbox, name));
          }
        } catch {
          // Not made before the first message.
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    [Symbol.dispose]: () => {
      postfix("stop");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

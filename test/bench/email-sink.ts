/** A mail server that takes everything, in a process of its own; sends its port to the parent. */
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS", "AUTH"],
  disableReverseLookup: true,
  onData(stream, _session, done) {
    stream.resume();
    stream.on("end", () => done());
  },
});
// A peer that ends in the middle.
server.on("error", () => {});
server.listen(0, "127.0.0.1", () => process.send!((server.server.address() as AddressInfo).port));

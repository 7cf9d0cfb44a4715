/** An https receiver that answers 201, in a process of its own; says its port when it listens. */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";

const { key, cert } = JSON.parse(process.argv[2]!);
const server = createServer({ key, cert }, (request, response) => {
  request.resume().on("end", () => response.writeHead(201).end());
});
// Connections that rest while others take their turn are not to be closed on them.
server.keepAliveTimeout = 600_000;
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => process.send!((server.address() as AddressInfo).port));

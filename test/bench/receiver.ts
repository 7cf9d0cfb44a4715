/** A receiver that costs little: says 204 to each request, in a process of its own. Its parent is told the port. */
import { createServer } from "node:net";

const answer = Buffer.from("HTTP/1.1 204 No Content\r\n\r\n");
const headEnd = Buffer.from("\r\n\r\n");

const server = createServer((socket) => {
  let read = Buffer.alloc(0);
  socket.setNoDelay(true).on("error", () => {});
  socket.on("data", (data) => {
    read = read.length === 0 ? data : Buffer.concat([read, data]);
    for (;;) {
      const end = read.indexOf(headEnd);
      if (end < 0) return;
      const length = /\r\ncontent-length: (\d+)/i.exec(read.toString("latin1", 0, end))?.[1];
      const total = end + headEnd.length + Number(length ?? 0);
      if (read.length < total) return;
      read = read.subarray(total);
      socket.write(answer);
    }
  });
});
server.listen(0, "127.0.0.1", () => process.send!((server.address() as { port: number }).port));
process.on("disconnect", () => process.exit());

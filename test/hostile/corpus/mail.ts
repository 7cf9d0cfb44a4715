import type { Socket } from "node:net";

/** What a mail server does with a connection. Each line that comes in is given to what is returned. */
type MailServer = (say: (text: string) => void, socket: Socket) => ((line: string) => void) | undefined;

/** Answers as a server would, but for what a script changes. */
const usual = (say: (text: string) => void, changed: Readonly<Record<string, () => void>> = {}) => {
  let data = false;
  return (line: string): void => {
    const verb = data ? (line === "." ? "END" : "TEXT") : line.slice(0, 4).toUpperCase();
    const answers: Readonly<Record<string, string>> = { DATA: "354 go on", QUIT: "221 bye" };
    data = verb === "DATA" || verb === "TEXT";
    const script = changed[verb];
    if (script !== undefined) script();
    else if (verb !== "TEXT") say(`${answers[verb] ?? "250 well"}\r\n`);
  };
};

const endless = (socket: Socket, text: string): void => {
  const next = (): void => {
    while (!socket.destroyed && socket.write(text));
    if (!socket.destroyed) socket.once("drain", next);
  };
  next();
};

/** Mail servers that nobody should have to deal with. */
export const mailServers: Readonly<Record<string, MailServer>> = {
  "says nothing": () => undefined,
  "greets for ever": (_say, socket) => void endless(socket, `220-${"x".repeat(1_000)}\r\n`),
  "greets in a line that does not end": (_say, socket) => void endless(socket, "220 ".padEnd(10_000, "x")),
  "does not answer EHLO": (say) => {
    say("220 here\r\n");
    return usual(say, { EHLO: () => {}, HELO: () => {} });
  },
  "has a million extensions": (say, socket) => {
    say("220 here\r\n");
    return usual(say, { EHLO: () => endless(socket, "250-X-EXTENSION\r\n") });
  },
  "answers twice": (say) => {
    say("220 here\r\n220 here\r\n");
    return usual(say, { MAIL: () => say("250 well\r\n550 no\r\n") });
  },
  "closes at once": (_say, socket) => void socket.destroy(),
  "is busy": (say, socket) => {
    say("421 too many connections\r\n");
    socket.end();
    return undefined;
  },
  "closes inside the message": (say, socket) => {
    say("220 here\r\n");
    return usual(say, { DATA: () => socket.destroy() });
  },
  "never says that it has the message": (say) => {
    say("220 here\r\n");
    return usual(say, { END: () => {} });
  },
  "refuses in a megabyte": (say) => {
    say("220 here\r\n");
    return usual(say, { RCPT: () => say(`550 ${"no ".repeat(350_000)}\r\n`) });
  },
  "speaks HTTP": (say) => {
    say("HTTP/1.1 400 Bad Request\r\n\r\n");
    return undefined;
  },
};

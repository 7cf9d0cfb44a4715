import { connect, isIP, type LookupFunction, type Socket } from "node:net";

/**
 * Connects to one of the addresses, which are tried as RFC 8305 (happy eyeballs) asks. The host is only a label: nothing is resolved.
 * @throws the signal's reason; the error of connecting (an AggregateError with a `code` for several addresses)
 */
export function connectToAny(
  host: string,
  addresses: readonly string[],
  port: number,
  stop: AbortSignal,
): Promise<Socket> {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  const lookup: LookupFunction = (_host, options, done) => {
    if (options.all) done(null, all);
    else done(null, all[0]!.address, all[0]!.family);
  };
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, lookup, autoSelectFamily: true, noDelay: true, keepAlive: true });
    const abort = () => socket.destroy(stop.reason);
    stop.addEventListener("abort", abort, { once: true });
    // The listener stays: an error before the caller listens destroys the socket instead of ending the process.
    socket.on("error", (error) => {
      stop.removeEventListener("abort", abort);
      reject(error);
    });
    socket.once("connect", () => {
      stop.removeEventListener("abort", abort);
      resolve(socket);
    });
  });
}

/**
 * Runs work that yields a socket, with a deadline, even where the work cannot be stopped (resolving a name). A socket that comes
 * too late is destroyed.
 * @throws an error with `code` ETIMEDOUT; the signal's reason; what the work throws
 */
export async function withTimeout(
  ms: number,
  signal: AbortSignal | undefined,
  what: string,
  work: (stop: AbortSignal) => Promise<Socket>,
): Promise<Socket> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const late = () => stop.abort(Object.assign(new Error(`${what} took longer than ${ms} ms`), { code: "ETIMEDOUT" }));
  const timer = setTimeout(late, ms);
  const abort = () => stop.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      stop.signal.addEventListener("abort", () => reject(stop.signal.reason), { once: true });
      work(stop.signal).then((socket) => {
        if (stop.signal.aborted) socket.destroy();
        else resolve(socket);
      }, reject);
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** Starts a server. @throws Error that says what to do if it cannot listen. @param option the option that names the address */
export async function listening<T>(option: string, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    if (typeof (error as ListenError).code !== "string") throw error;
    throw new Error(listenProblem(option, error as ListenError), { cause: error });
  }
}

interface ListenError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
}

function listenProblem(option: string, error: ListenError): string {
  const address = error.address?.includes(":") ? `[${error.address}]` : error.address;
  const place = `${address}:${error.port}`;
  switch (error.code) {
    case "EADDRINUSE":
      return `${place} is in use by another process; choose another with ${option}`;
    case "EACCES":
      return `${place}: permission denied; choose a port from 1024 with ${option}`;
    case "EADDRNOTAVAIL":
      return `${place} is not an address of this machine; choose another with ${option}`;
    case "ENOTFOUND":
      return `${error.message.replace(/^.* /, "")}: no such host; choose another with ${option}`;
    default:
      return error.message;
  }
}

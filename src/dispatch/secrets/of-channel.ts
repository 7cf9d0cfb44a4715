import { type Channel, DestinationError } from "../channel.ts";
import { Redactor } from "./redactor.ts";

const redactors = new WeakMap<object, Redactor>();
const none = new Redactor([]);

/** Returns the redactor of a channel's own secrets, which is made once. */
export function redactorOf({ secrets }: Channel): Redactor {
  if (secrets === undefined) return none;
  let redactor = redactors.get(secrets);
  if (redactor === undefined) {
    redactor = new Redactor(secrets);
    redactors.set(secrets, redactor);
  }
  return redactor;
}

/** Returns what was thrown; or, if its message or stack contains a secret, an error of the same name without it. */
export function withoutSecrets(thrown: unknown, redactor: Redactor): unknown {
  if (!(thrown instanceof Error)) return typeof thrown === "string" ? redactor.text(thrown) : thrown;
  const message = redactor.text(thrown.message);
  const stack = redactor.text(thrown.stack ?? "");
  if (message === thrown.message && stack === thrown.stack) return thrown;
  if (thrown instanceof DestinationError) return new DestinationError(message);
  const { name } = thrown;
  return Object.assign(new Error(message), { name, stack, ...("code" in thrown && { code: thrown.code }) });
}

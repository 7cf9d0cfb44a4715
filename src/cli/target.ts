import type { Json } from "../base/json.ts";
import { parseDestination } from "../dispatch/destination.ts";
import type { Channel } from "../dispatch/index.ts";
import { shownUrl } from "../dispatch/secrets/url.ts";
import { InputError } from "../files/index.ts";
import { compile, type Template } from "../index.ts";
import type { Setup } from "./setup.ts";

/** Holds what `--to` names: a channel, and the destination on it. */
export interface Target {
  /** The name of the channel. */
  readonly channel: string;
  /**
   * Returns the destination for a profile; undefined if the profile has none on this channel.
   * @throws TemplateError
   */
  readonly to: (profile: unknown) => Json | undefined;
}

/**
 * Parses `NAME`, `NAME=DESTINATION` (a template), or the URL of a webhook.
 * @param channels a channel is added for a URL
 * @throws InputError
 */
export async function parseTarget(
  text: string,
  setup: Setup,
  channels: Record<string, Channel>,
  allow: readonly string[],
): Promise<Target> {
  if (isUrl(text)) {
    const name = shownUrl(text);
    channels[name] ??= await urlChannel(setup, allow);
    return { channel: name, to: () => text };
  }
  const [, name = "", given] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  if (name === "log" && !Object.hasOwn(channels, name)) {
    const { log } = await import("../channels/log.ts");
    channels.log = log({ write: setup.print });
  }
  if (!Object.hasOwn(channels, name)) {
    const names = [...Object.keys(channels), "log", "a URL"].join(", ");
    throw new InputError(`--to: no channel ${JSON.stringify(name)} in the configuration; there are: ${names}`, {
      file: setup.file,
    });
  }
  const written = given ?? setup.config.channels[name]?.to;
  if (written === undefined) return { channel: name, to: () => channels[name]!.defaultTo ?? null };
  let template: Template;
  try {
    template = compile(written, { ...setup.templates, name: `${name}.to` });
  } catch (error) {
    const { message } = error as Error;
    if (given === undefined) return setup.fail(["channels", name, "to"], message);
    throw new InputError(`--to: ${message}`, { file: setup.file });
  }
  return { channel: name, to: (profile) => parseDestination(template.render(profile)) };
}

/** Tells whether this is a URL in place of a channel, or the name under which its channel is stored: see `shownUrl`. */
export const isUrl = (name: string): boolean => /^https?:\/\//i.test(name);

export async function urlChannel({ config: { guard } }: Setup, allow: readonly string[]): Promise<Channel> {
  const { webhook } = await import("../channels/webhook.ts");
  return webhook({ guard: { ...guard, allow: [...(guard?.allow ?? []), ...allow] } });
}

import { BodyError } from "./error.ts";

export const isJson = (mediaType: string): boolean => /^application\/(?:[\w.+-]+\+)?json$/.test(mediaType);

export function unreadable(mediaType: string, accepted: string): BodyError {
  const what = mediaType === "" ? "the body has no content-type" : `${mediaType.slice(0, 100)} is not read here`;
  return new BodyError("unsupported-media-type", `${what}: send ${accepted}`, { headers: { accept: accepted } });
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** @throws BodyError for what is no UTF-8 */
export function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new BodyError("bad-request", "the body is not UTF-8: send its text encoded as UTF-8");
  }
}

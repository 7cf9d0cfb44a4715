import { BodyError } from "./error.ts";

export const isJsonType = (mediaType: string): boolean => /^application\/(?:[\w.+-]+\+)?json$/.test(mediaType);

export function unsupportedMediaType(mediaType: string, accepted: string): BodyError {
  const what = mediaType === "" ? "the body has no content-type" : `${mediaType.slice(0, 100)} is not supported`;
  return new BodyError("unsupported-media-type", `${what}: send ${accepted}`, { headers: { accept: accepted } });
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** @throws BodyError for bytes that are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new BodyError("bad-request", "the body is not valid UTF-8: encode it as UTF-8");
  }
}

/** Says whether the body of a response contains one of these ids. */
export function containsId(body: string, ids: ReadonlySet<string>): boolean {
  for (const [id] of body.matchAll(/\b[a-z]{3}_[0-9a-z]+/g)) if (ids.has(id)) return true;
  return false;
}

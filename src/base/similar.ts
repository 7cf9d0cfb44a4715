/** Returns the names that were most likely meant, best first: equal except for case and `_`, or with a few typing mistakes. */
export function similar(name: string, candidates: Iterable<string>, limit = 3): string[] {
  if (name.length > maxNameLength) return [];
  const found: { readonly candidate: string; readonly distance: number }[] = [];
  const plain = simplified(name);
  const allowed = name.length < 3 ? 0 : name.length < 8 ? 1 : name.length < 12 ? 2 : 3;
  let left = maxCandidates;
  for (const candidate of new Set(candidates)) {
    if (left-- === 0) break;
    if (candidate === name || candidate.length > maxNameLength) continue;
    const distance =
      simplified(candidate) === plain ? 0 : editDistance(name.toLowerCase(), candidate.toLowerCase(), allowed);
    if (distance <= allowed) found.push({ candidate, distance });
  }
  return found
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** Limits the names to compare; longer names, and longer lists of names, are not searched. */
const maxNameLength = 60;
const maxCandidates = 2000;

const simplified = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, "");

/** Counts insertions, deletions, replacements and swaps of neighbours, up to `max`. */
function editDistance(a: string, b: string, max: number): number {
  if (Math.abs(a.length - b.length) > max) return max + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let min = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      next.push(cost);
      min = Math.min(min, cost);
    }
    if (min > max) return max + 1;
    before = row;
    row = next;
  }
  return row[b.length]!;
}

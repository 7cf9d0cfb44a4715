import { define, type FunctionSet } from "../../template/index.ts";

/** Implements Go's package path, for paths with slashes. The functions for paths of the operating system are those of Unix. */

/** `path.Clean`. */
function clean(path: string): string {
  if (path === "") return ".";
  const rooted = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!rooted) parts.push("..");
  }
  const cleaned = (rooted ? "/" : "") + parts.join("/");
  return cleaned === "" ? "." : cleaned;
}

function base(path: string): string {
  if (path === "") return ".";
  let end = path.length;
  while (end > 0 && path[end - 1] === "/") end--;
  return end === 0 ? "/" : path.slice(path.lastIndexOf("/", end - 1) + 1, end);
}

const dir = (path: string): string => clean(path.slice(0, path.lastIndexOf("/") + 1));

function ext(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot);
}

const ofPath = (apply: (path: string) => unknown) =>
  define({ params: ["string"], context: true }, (context, path: string) => {
    context.spend(path.length >> 3);
    return apply(path);
  });

const isAbs = ofPath((path) => path.startsWith("/"));

export const paths = {
  /** `base PATH`: the last element of PATH. `{{ base "a/b.txt" }}` → `b.txt` */
  base: ofPath(base),
  /** `clean PATH`: the shortest path that leads to the same place. `{{ clean "a/../b/./c" }}` → `b/c` */
  clean: ofPath(clean),
  /** `dir PATH`: all but the last element of PATH. `{{ dir "a/b/c" }}` → `a/b` */
  dir: ofPath(dir),
  /** `ext PATH`: the extension of the file name, with its dot. `{{ ext "a/b.txt" }}` → `.txt` */
  ext: ofPath(ext),
  /** `isAbs PATH`: whether PATH begins at the root. `{{ isAbs "/a" }}` → `true` */
  isAbs,
  /** `osBase PATH`: the same as base. `{{ osBase "/a/b" }}` → `b` */
  osBase: ofPath(base),
  /** `osClean PATH`: the same as clean. `{{ osClean "/a//b" }}` → `/a/b` */
  osClean: ofPath(clean),
  /** `osDir PATH`: the same as dir. `{{ osDir "/a/b" }}` → `/a` */
  osDir: ofPath(dir),
  /** `osExt PATH`: the same as ext. `{{ osExt "/a.b/c" }}` → `` */
  osExt: ofPath(ext),
  /** `osIsAbs PATH`: the same as isAbs. `{{ osIsAbs "a" }}` → `false` */
  osIsAbs: isAbs,
} satisfies FunctionSet;

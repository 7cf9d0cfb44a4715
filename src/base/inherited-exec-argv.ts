/**
 * Returns the options of Node for a worker thread. By default it inherits those of this process, including `--permission`, which a list
 * of our own would lift. Options that hold a program as text (`node -e`) are left out, because a worker must not run it.
 */
export function inheritedExecArgv(): { execArgv?: string[] } {
  const { execArgv } = process;
  if (!execArgv.some((one) => /^(--input-type|--eval|--print|-[a-z]*[ep])\b/.test(one))) return {};
  return { execArgv: execArgv.filter((one) => /^--(permission|experimental-permission|allow-)/.test(one)) };
}

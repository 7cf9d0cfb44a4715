/** Characters of a reason, problem or message that are kept, logged or answered: it may repeat a whole value of the data. */
export const longestReason = 2000;

/** Returns a text of at most `most` characters; of a longer one the beginning, and how long it is. */
export function shortened(text: string, most = longestReason): string {
  if (text.length <= most) return text;
  const end = `… (${text.length} characters)`;
  return text.slice(0, Math.max(0, most - end.length)).toWellFormed() + end;
}

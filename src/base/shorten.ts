/** Characters of the longest reason, problem or message that is kept, logged or sent: such a text may repeat a whole value of the data. */
export const maxReasonLength = 2000;

/** Returns a text of at most `maxLength` characters. A longer one is cut, and its length is said at the end. */
export function shortened(text: string, maxLength = maxReasonLength): string {
  if (text.length <= maxLength) return text;
  const end = `… (${text.length} characters)`;
  return text.slice(0, Math.max(0, maxLength - end.length)).toWellFormed() + end;
}

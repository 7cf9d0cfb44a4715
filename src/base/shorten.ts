/** Limits a reason, problem or message that is kept, logged or answered, in characters: it may repeat a whole value of the data. */
export const maxReasonLength = 2000;

/** Returns a text of at most `maxLength` characters: of a longer one its beginning and its length. */
export function shortened(text: string, maxLength = maxReasonLength): string {
  if (text.length <= maxLength) return text;
  const end = `… (${text.length} characters)`;
  return text.slice(0, Math.max(0, maxLength - end.length)).toWellFormed() + end;
}

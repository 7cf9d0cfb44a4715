/** An option that may be given more than once. */
export const collect = (text: string, others: readonly string[]): string[] => [...others, text];

/** What fails for this person alone, as templates and channels do. A store that fails does so for all: nothing is kept. */
export class Unsendable extends Error {}

/** @throws Unsendable instead of what rendering throws */
export function rendering<T>(render: () => T): T {
  try {
    return render();
  } catch (error) {
    throw new Unsendable((error as Error).message, { cause: error });
  }
}

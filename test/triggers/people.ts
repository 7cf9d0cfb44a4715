/**
 * What should happen, said as simply as can be: people in memory, one audience (`gt .visits THRESHOLD`), a trigger on enter
 * and one on exit. Each person has a user id, an e-mail address, or both once they are linked.
 */
export class People {
  threshold = 5;
  active = true;
  readonly #persons = new Set<Person>();
  #born = 0;

  /** The person with this number's user id or e-mail address gets these visits. */
  update(number: number, by: Identity, visits: number): void {
    const person = this.#find(number, by) ?? this.#create(number, by);
    const was = person.isIn;
    person.visits = visits;
    this.#judge(person, was);
  }

  /** Both turn out to be one, if they were not. */
  link(number: number): void {
    const [user, email] = [this.#find(number, "user"), this.#find(number, "email")];
    if (user === undefined && email === undefined) {
      const person = this.#create(number, "user");
      person.identities.add("email");
      this.#judge(person, false);
    } else if (user === undefined || email === undefined) {
      const person = (user ?? email)!;
      person.identities.add("user").add("email");
    } else if (user !== email) {
      const [older, younger] = user.born < email.born ? [user, email] : [email, user];
      older.visits = younger.visits ?? older.visits;
      older.identities.add("user").add("email");
      older.alerts.push(...younger.alerts);
      this.#persons.delete(younger);
      this.#judge(older, older.isIn || younger.isIn);
    }
  }

  edit(threshold: number, fires: boolean): void {
    this.threshold = threshold;
    for (const person of this.#persons) {
      if (fires) this.#judge(person, person.isIn);
      else person.isIn = this.#belongs(person);
    }
  }

  /** Who is in, and was never welcomed, is. */
  backfill(): void {
    for (const { isIn, alerts, number } of this.#persons) {
      const title = `welcome ${number}`;
      if (isIn && !alerts.includes(title)) alerts.push(title);
    }
  }

  /** With a person goes what was said to them. */
  forget(number: number, by: Identity): void {
    const person = this.#find(number, by);
    if (person !== undefined) this.#persons.delete(person);
  }

  /** What should have been said, to those who are known. */
  alerts(): string[] {
    return [...this.#persons].flatMap(({ alerts }) => alerts).sort();
  }

  members(): number {
    return [...this.#persons].filter(({ isIn }) => isIn).length;
  }

  count(): number {
    return this.#persons.size;
  }

  #judge(person: Person, was: boolean): void {
    person.isIn = this.#belongs(person);
    if (person.isIn === was || !this.active) return;
    person.alerts.push(`${person.isIn ? "welcome" : "farewell"} ${person.number}`);
  }

  #belongs = ({ visits }: Person): boolean => visits !== undefined && visits > this.threshold;

  #find(number: number, by: Identity): Person | undefined {
    return [...this.#persons].find((person) => person.number === number && person.identities.has(by));
  }

  #create(number: number, by: Identity): Person {
    const identities = new Set([by]);
    const person: Person = { number, identities, visits: undefined, isIn: false, born: this.#born++, alerts: [] };
    this.#persons.add(person);
    return person;
  }
}

export type Identity = "user" | "email";

interface Person {
  readonly number: number;
  readonly identities: Set<Identity>;
  visits: number | undefined;
  isIn: boolean;
  /** Order of creation. */
  readonly born: number;
  /** Titles of what should have been said to them. */
  readonly alerts: string[];
}

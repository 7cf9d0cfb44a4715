/**
 * Models the expected alerts as simply as possible: people in memory, one audience (`gt .visits THRESHOLD`), a trigger
 * on enter and one on exit. Each person has a user id, an e-mail address, or both once they are linked.
 */
export class ExpectedAlerts {
  threshold = 5;
  active = true;
  readonly #persons = new Set<Person>();
  #born = 0;

  /** Begins what is one transaction: what is said in it to somebody who becomes part of another in it is the other's. */
  begin(): void {
    for (const person of this.#persons) person.before = person.alerts.length;
  }

  /** Updates the person with this number's user id, e-mail address, or both, which are then one person. */
  update(number: number, by: Identity | "both", visits: number | undefined): void {
    const { person, was } = by === "both" ? this.#join(number) : this.#one(number, by);
    if (visits !== undefined) person.visits = visits;
    this.#judge(person, was);
  }

  /**
   * Does the same for a stream that may not merge: finds the person by the user id if there is one, and gives no
   * identity to an existing person.
   */
  add(number: number, by: Identity | "both", visits: number | undefined, mode: "add" | "known"): void {
    const identity = by === "both" ? "user" : by;
    let person = this.#find(number, identity);
    if (person === undefined) {
      if (mode === "known") return;
      const isFree = by === "both" && this.#find(number, "email") === undefined;
      person = this.#create(number, identity);
      if (isFree) person.identities.add("email");
    }
    const was = person.isIn;
    if (visits !== undefined) person.visits = visits;
    this.#judge(person, was);
  }

  /** Splits a merged person in two for good, which alerts nobody. Alerts since the merge stay with the older one. */
  split(number: number, by: Identity): void {
    const person = this.#find(number, by);
    const merge = person?.merge;
    if (person === undefined || merge === undefined) return;
    const { younger, visits, together, identities, alerts } = merge;
    const since = person.alerts.slice(alerts.length + younger.alerts.length);
    person.merge = undefined;
    person.alerts.splice(0, Number.POSITIVE_INFINITY, ...alerts, ...since);
    if (person.visits === together) person.visits = visits;
    person.identities.clear();
    for (const identity of identities) person.identities.add(identity);
    person.isIn = this.#belongs(person);
    younger.isIn = this.#belongs(younger);
    this.#persons.add(younger);
    person.apart = younger;
    younger.apart = person;
  }

  edit(threshold: number, fires: boolean): void {
    this.threshold = threshold;
    for (const person of this.#persons) {
      if (fires) this.#judge(person, person.isIn);
      else person.isIn = this.#belongs(person);
    }
  }

  /** Welcomes members who never were. */
  backfill(): void {
    for (const { isIn, alerts, number } of this.#persons) {
      const title = `welcome ${number}`;
      if (isIn && !alerts.includes(title)) alerts.push(title);
    }
  }

  /** Forgets a person and their alerts. */
  forget(number: number, by: Identity): void {
    const person = this.#find(number, by);
    if (person !== undefined) this.#persons.delete(person);
    if (person?.apart !== undefined) person.apart.apart = undefined;
  }

  /** Returns the expected alerts of existing people. */
  alerts(): string[] {
    return [...this.#persons].flatMap(({ alerts }) => alerts).sort();
  }

  members(): number {
    return [...this.#persons].filter(({ isIn }) => isIn).length;
  }

  count(): number {
    return this.#persons.size;
  }

  #one(number: number, by: Identity): { person: Person; was: boolean } {
    const person = this.#find(number, by) ?? this.#create(number, by);
    return { person, was: person.isIn };
  }

  #join(number: number): { person: Person; was: boolean } {
    const [user, email] = [this.#find(number, "user"), this.#find(number, "email")];
    const [older, younger] = [user, email].filter((one) => one !== undefined).sort((a, b) => a.born - b.born);
    if (user !== undefined && user.apart !== undefined && user.apart === email) return { person: user, was: user.isIn };
    const person = older ?? this.#create(number, "user");
    const was = person.isIn || younger?.isIn === true;
    const { visits } = person;
    const identities = [...person.identities];
    person.identities.add("user").add("email");
    if (younger !== undefined && younger !== person) {
      person.alerts.push(...younger.alerts.splice(younger.before));
      const alerts = [...person.alerts];
      person.visits = younger.visits ?? person.visits;
      person.merge = { younger, visits, together: person.visits, identities, alerts };
      person.alerts.push(...younger.alerts);
      this.#persons.delete(younger);
    }
    return { person, was };
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
    const person: Person = {
      number,
      identities,
      visits: undefined,
      isIn: false,
      born: this.#born++,
      alerts: [],
      before: 0,
    };
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
  /** How many of them were said before this transaction. */
  before: number;
  /** Who became one with them, and what they were before. */
  merge?: Merge | undefined;
  /** Whom they were split from. */
  apart?: Person | undefined;
}

interface Merge {
  readonly younger: Person;
  readonly visits: number | undefined;
  readonly together: number | undefined;
  readonly identities: readonly Identity[];
  readonly alerts: readonly string[];
}

import type Database from "better-sqlite3";
import type { Notes } from "./writer.ts";

/** Numbers for names and for profiles, as one connection knows them. */
export class Names implements Notes {
  readonly #numbers = new Map<string, number>();
  readonly #profiles = new Map<string, number | undefined>();
  readonly #sql;

  constructor(db: Database.Database) {
    this.#sql = {
      name: db.prepare<[string], number>("select id from names where name = ?").pluck(),
      newName: db.prepare<[string], number>("insert into names (name) values (?) returning id").pluck(),
      profile: db.prepare<[string], number>("select seq from profiles where id = ?").pluck(),
      absorbed: db.prepare<[string], number>("select profile from absorbed where id = ?").pluck(),
    };
  }

  known(name: string): number | undefined {
    const cached = this.#numbers.get(name);
    if (cached !== undefined) return cached;
    const found = this.#sql.name.get(name);
    if (found !== undefined) this.#numbers.set(name, found);
    return found;
  }

  /** Within a transaction. */
  made(name: string): number {
    const known = this.known(name);
    if (known !== undefined) return known;
    const made = this.#sql.newName.get(name)!;
    this.#numbers.set(name, made);
    return made;
  }

  /** The profile that has this id, or absorbed the one that had. */
  profile(id: string): number | undefined {
    if (this.#profiles.has(id)) return this.#profiles.get(id);
    const found = this.#sql.profile.get(id) ?? this.#sql.absorbed.get(id);
    this.#profiles.set(id, found);
    return found;
  }

  /** The same of one that must be there. @throws TypeError */
  staying(id: string): number {
    const seq = this.profile(id);
    if (seq === undefined) throw new TypeError(`there is no profile ${id}`);
    return seq;
  }

  /** Profiles are not where they were. */
  moved(): void {
    this.#profiles.clear();
  }

  beforeCommit(): void {}

  forget(): void {
    this.#numbers.clear();
    this.#profiles.clear();
  }
}

import type Database from "better-sqlite3";
import type { Identifier } from "../../store/index.ts";
import type { TransactionHooks } from "./writer.ts";

/** Numbers for names and for profiles, as one connection knows them. */
export class IdCache implements TransactionHooks {
  /** Of profiles that were read: what the table has, so that what has not changed is not looked up before it is written. */
  readonly identifiers = new Map<number, readonly Identifier[]>();
  readonly #numbers = new Map<string, number>();
  readonly #names = new Map<number, string>();
  readonly #profiles = new Map<string, number | undefined>();
  readonly #ids = new Map<number, string>();
  readonly #sql;

  constructor(db: Database.Database) {
    this.#sql = {
      name: db.prepare<[string], number>("select id from names where name = ?").pluck(),
      byNumber: db.prepare<[number], string>("select name from names where id = ?").pluck(),
      newName: db.prepare<[string], number>("insert into names (name) values (?) returning id").pluck(),
      profile: db.prepare<[string], number>("select seq from profiles where id = ?").pluck(),
      profileId: db.prepare<[number], string>("select id from profiles where seq = ?").pluck(),
      absorbed: db.prepare<[string], number>("select profile from absorbed where id = ?").pluck(),
    };
  }

  find(name: string): number | undefined {
    const cached = this.#numbers.get(name);
    if (cached !== undefined) return cached;
    const found = this.#sql.name.get(name);
    if (found !== undefined) this.#numbers.set(name, found);
    return found;
  }

  /** Within a transaction. */
  getOrCreate(name: string): number {
    const known = this.find(name);
    if (known !== undefined) return known;
    const made = this.#sql.newName.get(name)!;
    this.#numbers.set(name, made);
    return made;
  }

  name(number: number): string {
    const cached = this.#names.get(number);
    if (cached !== undefined) return cached;
    const found = this.#sql.byNumber.get(number)!;
    this.#names.set(number, found);
    return found;
  }

  /** The profile that has this id, or absorbed the one that had. */
  profile(id: string): number | undefined {
    if (this.#profiles.has(id)) return this.#profiles.get(id);
    const found = this.#sql.profile.get(id) ?? this.#sql.absorbed.get(id);
    this.#profiles.set(id, found);
    return found;
  }

  /** The same of one that must be there. @throws TypeError */
  requireId(id: string): number {
    const seq = this.profile(id);
    if (seq === undefined) throw new TypeError(`there is no profile ${id}`);
    return seq;
  }

  profileId(profile: number): string {
    const cached = this.#ids.get(profile);
    if (cached !== undefined) return cached;
    const found = this.#sql.profileId.get(profile)!;
    this.remember(found, profile);
    return found;
  }

  /** A profile that came to be, or was found along with something else. */
  remember(id: string, profile: number): void {
    this.#ids.set(profile, id);
    this.#profiles.set(id, profile);
  }

  /** Profiles are not where they were. */
  invalidateProfiles(): void {
    this.#profiles.clear();
    this.#ids.clear();
    this.identifiers.clear();
  }

  beforeCommit(): void {}

  forget(): void {
    this.#numbers.clear();
    this.#names.clear();
    this.invalidateProfiles();
  }
}

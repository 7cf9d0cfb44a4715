import type Database from "better-sqlite3";
import type { Identifier } from "../../store/index.ts";
import type { TransactionHooks } from "./writer.ts";

/** Caches the numbers of names and of profiles for one connection. */
export class IdCache implements TransactionHooks {
  /** Identifiers of profiles that were read in this transaction: if `put` gets the same array back, it need not compare with the table. */
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

  /** Returns the number of a name, if it has one. */
  find(name: string): number | undefined {
    const cached = this.#numbers.get(name);
    if (cached !== undefined) return cached;
    const found = this.#sql.name.get(name);
    if (found !== undefined) this.#numbers.set(name, found);
    return found;
  }

  /** Returns the number of a name, giving it one if needed. Runs within a transaction. */
  getOrCreate(name: string): number {
    const known = this.find(name);
    if (known !== undefined) return known;
    const made = this.#sql.newName.get(name)!;
    this.#numbers.set(name, made);
    return made;
  }

  /** Returns the name that has a number. */
  name(number: number): string {
    const cached = this.#names.get(number);
    if (cached !== undefined) return cached;
    const found = this.#sql.byNumber.get(number)!;
    this.#names.set(number, found);
    return found;
  }

  /** Returns the number of the profile with this id, or of the profile that it was merged into. */
  profile(id: string): number | undefined {
    if (this.#profiles.has(id)) return this.#profiles.get(id);
    const found = this.#sql.profile.get(id) ?? this.#sql.absorbed.get(id);
    this.#profiles.set(id, found);
    return found;
  }

  /** Returns the same number as {@link profile}. @throws TypeError if there is no such profile */
  requireId(id: string): number {
    const seq = this.profile(id);
    if (seq === undefined) throw new TypeError(`there is no profile ${id}`);
    return seq;
  }

  /** Returns the id of the profile with a number. */
  profileId(profile: number): string {
    const cached = this.#ids.get(profile);
    if (cached !== undefined) return cached;
    const found = this.#sql.profileId.get(profile)!;
    this.remember(found, profile);
    return found;
  }

  /** Caches a profile that was inserted, or was read along with something else. */
  remember(id: string, profile: number): void {
    this.#ids.set(profile, id);
    this.#profiles.set(id, profile);
  }

  /** Forgets profiles, because a merge or a removal changed what their ids stand for. */
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

import type Database from "better-sqlite3";
import type { Settlement } from "../../store/index.ts";
import type { DestinationRow, TransactionCache } from "./transaction-cache.ts";

export interface DestinationHealthWriter {
  row(destination: number): DestinationRow;
  hold(destination: number, until: number, reason: string): void;
  holdChannel(channel: number, until: number, reason: string): void;
  disable(destination: number, reason: string): void;
  enable(destination: number): void;
  /** Ends a trial whose attempt did not take place, so that another attempt may test the destination. */
  endTrial(destination: number): void;
  recordAttempt(destination: number, health: NonNullable<Settlement["health"]>, now: number): void;
}

/** Writes holds, disabling and failures of destinations and channels. Runs within a transaction. */
export function healthWriter(db: Database.Database, cache: TransactionCache): DestinationHealthWriter {
  const hold = db.prepare("update destinations set held_until = ?, held_reason = ? where id = ?");
  const holdChannel = db.prepare("update channels set held_until = ?, held_reason = ? where id = ?");
  const disable = db.prepare("update destinations set disabled = ? where id = ?");
  const enable = db.prepare(
    "update destinations set disabled = null, held_until = 0, held_reason = null, failures = 0, trial_until = null where id = ?",
  );
  const fail = db.prepare("update destinations set failures = failures + 1 where id = ?");
  const works = db.prepare("update destinations set failures = 0, trial_until = null where id = ?");
  const forgetHold = db.prepare("update destinations set held_until = 0, held_reason = null where id = ?");
  const endTrial = db.prepare("update destinations set trial_until = 0 where id = ? and trial_until > 0");
  const trip = db.prepare(
    "update destinations set held_until = max(held_until, ?), held_reason = ?, trial_until = 0 where id = ?",
  );
  // A head may have been postponed to the end of a hold.
  const advance = db.prepare("update heads set at = due where destination = ? and at > due");

  const health: DestinationHealthWriter = {
    row: (destination) => cache.destinationById(destination),
    hold(destination, until, reason) {
      const { held_until } = cache.destinationById(destination);
      hold.run(until, reason, destination);
      if (until < held_until) advance.run(destination);
      cache.invalidateDestinations();
    },
    holdChannel(channel, until, reason) {
      holdChannel.run(until, reason, channel);
    },
    disable(destination, reason) {
      disable.run(reason, destination);
      // Deliveries that wait there have to be claimed now, to be settled as dead.
      advance.run(destination);
      cache.invalidateDestinations();
    },
    enable(destination) {
      enable.run(destination);
      advance.run(destination);
      cache.invalidateDestinations();
    },
    endTrial(destination) {
      if (endTrial.run(destination).changes === 0) return;
      advance.run(destination);
      cache.invalidateDestinations();
    },
    recordAttempt(destination, { ok, failures, resetTimeout }, now) {
      const row = cache.destinationById(destination);
      if (ok) {
        const isPast = row.held_until > 0 && row.held_until <= now;
        if (row.failures === 0 && row.trial_until === null && !isPast) return;
        if (isPast) forgetHold.run(destination);
        works.run(destination);
        if (row.trial_until !== null) advance.run(destination);
        cache.invalidateDestinations();
        return;
      }
      fail.run(destination);
      if (row.failures + 1 >= failures) {
        trip.run(now + resetTimeout, `${row.failures + 1} attempts in a row failed`, destination);
      }
      cache.invalidateDestinations();
    },
  };
  return health;
}

import { formatElapsed, hour } from "../../base/duration.ts";
import type { AlarmDefinition, TriggerState } from "../definition/definition.ts";

/** Describes what an alarm watches, as it is now. Absent: the audience or trigger is not defined any more. */
export interface AlarmObservation {
  /** Number of members of the audience, for `empty`. */
  readonly size?: number | undefined;
  /** State of the trigger, for the two alarms on triggers. */
  readonly trigger?:
    | {
        readonly state: TriggerState;
        /** Why the trigger failed. */
        readonly reason?: string | undefined;
        readonly activatedAt?: number | undefined;
        /** When the trigger last sent something, in ms since 1970. */
        readonly lastSent?: number | undefined;
        /**
         * For `failing`: the firings of the last `within` ms by state; `dead` counts the sent ones that have a dead
         * delivery.
         */
        readonly tally?: { readonly sent: number; readonly aborted: number; readonly failed: number } | undefined;
        readonly dead?: number | undefined;
      }
    | undefined;
}

/** Holds what an alarm remembers between evaluations; `{}` at first. */
export interface AlarmStatus {
  /** For `empty`: the audience has had members. */
  readonly hadMembers?: true | undefined;
  /** When the problem began, in ms since 1970. Absent: there is no problem. */
  readonly since?: number | undefined;
  /** When the operator was last notified, in ms since 1970. */
  readonly notifiedAt?: number | undefined;
}

export interface AlarmDecision {
  readonly status: AlarmStatus;
  /** Notification to send now: the status counts it as sent. */
  readonly notify?: { readonly title: string; readonly body: string } | undefined;
}

/** Sets defaults; times are in ms. */
const defaults = { repeat: 24 * hour, within: hour, minFirings: 20 };

/** Describes whether the condition of an alarm holds, in words. */
interface Finding {
  readonly wrong: boolean;
  /** When the problem began, if that is known. */
  readonly since?: number | undefined;
  readonly title: string;
  /** States the problem, in full sentences. */
  readonly what: string;
  readonly look: string;
}

/**
 * Evaluates an alarm. It notifies when a problem begins, again every `repeat` ms while the problem lasts (0: never
 * again), and once when the problem is over. A trigger that is paused, done or not defined any more is not watched,
 * which ends its problem, too.
 * @param now ms since 1970
 */
export function evaluateAlarm(
  definition: AlarmDefinition,
  seen: AlarmObservation,
  status: AlarmStatus,
  now: number,
): AlarmDecision {
  const { wrong, since: began = now, title, what, look } = find(definition, seen, status, now);
  const memory = status.hadMembers === true || (seen.size ?? 0) > 0 ? { hadMembers: true as const } : {};
  if (!wrong) {
    if (status.since === undefined) return { status: memory };
    const lasted = formatElapsed(now - status.since);
    return {
      status: memory,
      notify: { title: `Over: ${title}`, body: `${what} It had lasted ${lasted}, since ${at(status.since)}.` },
    };
  }
  const since = status.since ?? began;
  const { repeat = defaults.repeat } = definition;
  const { notifiedAt } = status;
  const again = status.since !== undefined && notifiedAt !== undefined;
  // A clock that was put back silences nothing.
  if (again && notifiedAt <= now && (repeat === 0 || now - notifiedAt < repeat))
    return { status: { ...memory, since, notifiedAt } };
  return {
    status: { ...memory, since, notifiedAt: now },
    notify: {
      title: again ? `Still: ${title}` : title,
      body: `${what} Since ${at(since)}${now - since < 60_000 ? "" : `, for ${formatElapsed(now - since)}`}. ${look}`,
    },
  };
}

function find({ when }: AlarmDefinition, seen: AlarmObservation, status: AlarmStatus, now: number): Finding {
  if ("empty" in when) return findEmpty(when.empty, seen, status);
  const name = "silent" in when ? when.silent : when.failing;
  const { trigger } = seen;
  if (trigger?.state === "active" || trigger?.state === "failed") {
    return "silent" in when ? findSilent(name, when.for, trigger, now) : findFailing(name, when, trigger, status);
  }
  return {
    wrong: false,
    title: "silent" in when ? silentTitle(name) : failingTitle(name),
    what: `The trigger ${name} is ${trigger === undefined ? "not declared any more" : unwatched[trigger.state]}: it is not watched.`,
    look: "",
  };
}

const unwatched = { draft: "a draft", paused: "paused", done: "done" };
const silentTitle = (name: string): string => `Trigger ${name} sends nothing`;
const failingTitle = (name: string): string => `Trigger ${name} fails`;

function findEmpty(audience: string, { size }: AlarmObservation, { hadMembers }: AlarmStatus): Finding {
  return {
    wrong: size === 0 && hadMembers === true,
    title: `Audience ${audience} is empty`,
    what:
      size === undefined
        ? `The audience ${audience} is not declared any more.`
        : size === 0
          ? `The audience ${audience} had members and has none.`
          : `The audience ${audience} has ${count(size, "member")}.`,
    look: "Look at its condition, at whether profiles are still updated, and at the fields that the condition asks for.",
  };
}

function findSilent(
  name: string,
  limit: number,
  trigger: NonNullable<AlarmObservation["trigger"]>,
  now: number,
): Finding {
  const { activatedAt, lastSent } = trigger;
  // Alerts that the trigger sent before its last activation do not count.
  const since = Math.max(activatedAt ?? Number.NEGATIVE_INFINITY, lastSent ?? Number.NEGATIVE_INFINITY);
  const wrong = now - since >= limit && Number.isFinite(since);
  const sent = lastSent === undefined ? "It has never sent anything" : `It last sent something on ${at(lastSent)}`;
  const activated = activatedAt === undefined ? "" : `; it was activated on ${at(activatedAt)}`;
  return {
    wrong,
    since,
    title: silentTitle(name),
    what: `The trigger ${name} ${doesRun(trigger)}${wrong ? ` and has sent nothing for ${formatElapsed(limit)} or longer` : ""}. ${sent}${activated}.`,
    look: `Look at whether anything fires it (updates, events, its schedule), and at why what fires is held back: tocsin explain PROFILE ${name}.`,
  };
}

const doesRun = ({ state, reason }: NonNullable<AlarmObservation["trigger"]>): string =>
  state === "active" ? "is active" : `cannot run${reason === undefined ? "" : ` (${reason})`}`;

function findFailing(
  name: string,
  {
    over,
    minFirings = defaults.minFirings,
    within = defaults.within,
  }: { over: number; minFirings?: number | undefined; within?: number | undefined },
  trigger: NonNullable<AlarmObservation["trigger"]>,
  { since }: AlarmStatus,
): Finding {
  const { tally, dead = 0 } = trigger;
  const { sent, aborted, failed } = tally ?? { sent: 0, aborted: 0, failed: 0 };
  const total = sent + aborted + failed;
  // Several deliveries of one firing can be dead.
  const givenUp = Math.min(dead, sent);
  const bad = aborted + failed + givenUp;
  // A few firings do not begin an alarm, and do not end one whose trigger still fails.
  const wrong = trigger.state === "failed" || (bad > over * total && (total >= minFirings || since !== undefined));
  const parts = `${aborted} aborted by the template, ${failed} failed, ${givenUp} given up`;
  const inPeriod = `in the last ${formatElapsed(within)}`;
  return {
    wrong,
    title: failingTitle(name),
    what:
      total === 0
        ? `The trigger ${name} ${doesRun(trigger)} and has fired nothing ${inPeriod}.`
        : `The trigger ${name} ${doesRun(trigger)}. Of ${count(total, "firing")} ${inPeriod}, ${bad} came to nothing (${percent(bad / total)}; ${parts}); ${percent(over)} is the limit.`,
    look: `Look at the reasons of its last firings (tocsin explain PROFILE ${name}), and at the dead letters.`,
  };
}

const at = (time: number): string => `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

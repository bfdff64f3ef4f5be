/** How far a path is linked, read off the rows that a plan has for it. */
import type { PathState } from "../protocol/messages";
import type { PackageStatus, PlanResult, Row } from "../protocol/schema";
import { OBSTACLES } from "../protocol/words";
import { verbOf } from "./lines";
import { operations, plural } from "./sums";

/** Whether anybody wants a package linked; what is in the way of others is only information. */
export function isManaged({ links }: PackageStatus): boolean {
  return links > 0;
}

/** Conflicts of packages that are managed. */
export function conflictsOf(statuses: Iterable<PackageStatus>): number {
  return [...statuses].filter(isManaged).reduce((sum, { conflicts }) => sum + conflicts, 0);
}

export type EntryState = "linked" | "pending" | "conflict" | "none";

/** The state that the rows at one path amount to, the worst first. */
export function stateOf(rows: readonly Row[]): EntryState {
  if (rows.some(({ op }) => op === "conflict" || op === "error")) return "conflict";
  if (rows.some(({ op }) => op !== "keep_link" && op !== "notice")) return "pending";
  return rows.some(({ op }) => op === "keep_link") ? "linked" : "none";
}

/** What is said of an entry beside its name. */
export function entryWords(rows: readonly Row[]): string {
  return rows
    .map((row) =>
      row.op === "keep_link"
        ? "linked"
        : row.op === "conflict"
          ? (OBSTACLES[row.conflict ?? ""] ?? "conflict")
          : `${verbOf(row)} due`,
    )
    .join(", ");
}

/** The state that a plan of a directory amounts to. */
export function sumState({ conflicts, errors, counts, unchanged }: PlanResult): EntryState {
  if (conflicts + errors > 0) return "conflict";
  if (operations(counts) > 0) return "pending";
  return unchanged > 0 ? "linked" : "none";
}

/** What is said of a directory beside its name: `2 conflicts, 3 due, 12 linked`. */
export function sumWords({ conflicts, errors, counts, unchanged }: PlanResult): string {
  const due = operations(counts);
  return [
    ...(conflicts > 0 ? [plural(conflicts, "conflict")] : []),
    ...(errors > 0 ? [plural(errors, "error")] : []),
    ...(due > 0 ? [`${plural(due, "change")} due`] : []),
    ...(unchanged > 0 ? [plural(unchanged, "link")] : []),
  ].join(", ");
}

export interface Badge {
  readonly badge: string;
  readonly colour: string;
}

const BADGES: Readonly<Partial<Record<PathState, Badge>>> = {
  linked: { badge: "L", colour: "dotstream.linkedForeground" },
  unlinked: { badge: "P", colour: "dotstream.pendingForeground" },
  conflict: {
    badge: "!",
    colour: "dotstream.conflictForeground",
  },
};

/** The badge of a path; most paths have none. */
export function badgeOf(state: PathState): Badge | undefined {
  return BADGES[state];
}

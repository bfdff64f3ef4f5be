/** How far a path is linked, read off the rows that a plan has for it. */
import type { PathState, Row } from "../protocol/messages";
import { verbOf } from "./lines";

export type EntryState = "linked" | "pending" | "conflict" | "none";

/** The state that the rows at one path amount to, the worst first. */
export function stateOf(rows: readonly Row[]): EntryState {
  if (rows.some(({ op }) => op === "conflict" || op === "error")) return "conflict";
  if (rows.some(({ op }) => op !== "keep_link" && op !== "notice")) return "pending";
  return rows.some(({ op }) => op === "keep_link") ? "linked" : "none";
}

/** Conflicts in a few words; the whole sentence of the server is too long for a tree. */
const OBSTACLES: Readonly<Record<string, string>> = {
  real_file: "a file is in its place",
  real_directory: "a directory is in its place",
  foreign_link: "another link is in its place",
  dangling_link: "a broken link is in its place",
  other_package: "another package has this place",
  same_path: "two files want this place",
  file_and_directory: "a file and a directory want this place",
  parent_link: "a directory above is a link",
};

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

export interface Badge {
  readonly badge: string;
  readonly colour: string;
  readonly tooltip: string;
}

const BADGES: Readonly<Partial<Record<PathState, Badge>>> = {
  linked: { badge: "L", colour: "dotstream.linkedForeground", tooltip: "Linked into place" },
  unlinked: { badge: "P", colour: "dotstream.pendingForeground", tooltip: "Not linked yet" },
  conflict: {
    badge: "!",
    colour: "dotstream.conflictForeground",
    tooltip: "Something is in the way of its link",
  },
};

/** The badge of a path; most paths have none. */
export function badgeOf(state: PathState): Badge | undefined {
  return BADGES[state];
}

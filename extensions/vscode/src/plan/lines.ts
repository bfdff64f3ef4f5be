/** Rows of a plan as lines of text. The grammar in `syntaxes/` colours what is written here. */
import type { Row } from "../protocol/schema";
import { WORDS, type Effect, type Words } from "../protocol/words";
import { oneLine, splitLabel } from "../protocol/paths";

const UNKNOWN: Words = {
  sign: "·",
  word: "other",
  effect: "note",
  verb: "",
  due: "",
  done: "",
  noun: "",
  nouns: "",
};

/** Where the name begins in every row. */
export const NAME_COLUMN = 13;

function wordOf(row: Row): Words {
  // The server may be newer than this table.
  return (WORDS as Readonly<Record<string, Words>>)[row.op] ?? UNKNOWN;
}

export function effectOf(row: Row): Effect {
  return wordOf(row).effect;
}

/** Whether a row needs a decision: a conflict, or what could not be read. */
export function isProblem(row: Row): boolean {
  return ["conflict", "error"].includes(effectOf(row));
}

/** The short word of a row: `link`, `conflict`. */
export function verbOf(row: Row): string {
  return wordOf(row).word;
}

/** A directory's heading, and the row's own line under it. */
export function line(row: Row): readonly [directory: string, text: string] {
  const { sign, word } = wordOf(row);
  const [directory, name] = splitLabel(row.label);
  return [directory || "/", `  ${sign} ${word.padEnd(8)} ${name}${details(row)}`];
}

function details(row: Row): string {
  const by = row.package === undefined ? "" : ` (${oneLine(row.package)})`;
  switch (row.op) {
    case "make_dir":
    case "remove_dir":
      return `/${by}`;
    case "create_link":
    case "refold":
    case "keep_link":
      return `${arrow(row.to)}${by}`;
    case "replace_link":
    case "unfold":
      return `${arrow(row.to)}${row.before === undefined ? "" : ` instead of ${oneLine(row.before)}`}${by}`;
    case "remove_link":
      return `${arrow(row.before)}${by}`;
    case "move_file":
      return `${arrow(row.to ?? "the backup area")}${by}`;
    default:
      return `: ${oneLine(row.message ?? row.op)}${by}`;
  }
}

function arrow(to: string | undefined): string {
  return to === undefined ? "" : ` → ${oneLine(to)}`;
}

/** Rows of a plan as lines of text. The grammar in `syntaxes/` colours what is written here. */
import type { Row } from "../protocol/schema";
import { WORDS, type Effect, type Words } from "../protocol/words";
import { oneLine } from "../protocol/paths";

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

/** Where the names at the top of the tree begin. */
export const NAME_COLUMN = 13;

/** Where a name begins that is so far below the top of the tree. */
export function columnAt(depth: number): number {
  return NAME_COLUMN + 2 * depth;
}

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

/** The line of a directory that has none of its own: only what is below it. */
export function headingLine(name: string, depth: number): string {
  return `${" ".repeat(columnAt(depth))}${name}`;
}

/**
 * The line of a row.
 *
 * @param name as it is shown at this place of the tree.
 * @param remark what else is said of it, behind everything.
 */
export function rowLine(row: Row, name: string, depth: number, remark = ""): string {
  const { sign, word } = wordOf(row);
  return `${begin(sign, word, depth)}${name}${details(row)}${remark === "" ? "" : ` · ${remark}`}`;
}

/** The line of a row that is left out of what is applied. */
export function leftOutLine(name: string, depth: number): string {
  return `${begin("×", "left out", depth)}${name}`;
}

function begin(sign: string, word: string, depth: number): string {
  return `  ${sign} ${word}`.padEnd(columnAt(depth));
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

/** Rows of a plan as lines of text. The grammar in `syntaxes/` colours what is written here. */
import type { Row } from "../protocol/messages";
import { oneLine, splitLabel } from "../protocol/paths";

/** What a row does to the target, for colours. */
export type Effect = "new" | "changed" | "removed" | "trouble" | "none";

interface Word {
  readonly sign: string;
  readonly word: string;
  readonly effect: Effect;
}

const WORDS: Readonly<Record<Row["op"], Word>> = {
  make_dir: { sign: "+", word: "mkdir", effect: "new" },
  create_link: { sign: "+", word: "link", effect: "new" },
  remove_dir: { sign: "-", word: "rmdir", effect: "removed" },
  remove_link: { sign: "-", word: "unlink", effect: "removed" },
  replace_link: { sign: "~", word: "relink", effect: "changed" },
  move_file: { sign: "~", word: "move", effect: "changed" },
  unfold: { sign: "~", word: "unfold", effect: "changed" },
  refold: { sign: "~", word: "fold", effect: "changed" },
  keep_link: { sign: "=", word: "keep", effect: "none" },
  conflict: { sign: "!", word: "conflict", effect: "trouble" },
  error: { sign: "!", word: "error", effect: "trouble" },
  notice: { sign: "·", word: "note", effect: "none" },
};

const UNKNOWN: Word = { sign: "·", word: "other", effect: "none" };

/** Where the name begins in every row. */
export const NAME_COLUMN = 13;

function wordOf(row: Row): Word {
  // The server may be newer than this table.
  return (WORDS as Readonly<Record<string, Word>>)[row.op] ?? UNKNOWN;
}

export function effectOf(row: Row): Effect {
  return wordOf(row).effect;
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

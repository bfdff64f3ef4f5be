/** Counts in words: `3 to link, 1 directory to make; 12 unchanged`. */
import type { Counts } from "../protocol/messages";

const WORDS: readonly (readonly [op: string, due: string, done: string])[] = [
  ["create_link", "to link", "linked"],
  ["replace_link", "to relink", "relinked"],
  ["remove_link", "to unlink", "unlinked"],
  ["move_file", "to move", "moved"],
  ["make_dir", "to make", "made"],
  ["remove_dir", "to remove", "removed"],
  ["unfold", "to unfold", "unfolded"],
  ["refold", "to fold", "folded"],
];

const PASSIVE = new Set(["conflict", "error", "notice", "keep_link"]);

const NUMBER = new Intl.NumberFormat("en");

/** `1,234`. */
export function number(count: number): string {
  return NUMBER.format(count);
}

/** `1 link` or `2 links`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${number(count)} ${count === 1 ? noun : nouns}`;
}

/** How many rows stand for something that is done. */
export function operations(counts: Counts): number {
  let sum = 0;
  for (const [op, count] of Object.entries(counts)) {
    if (!PASSIVE.has(op)) sum += count;
  }
  return sum;
}

/** The counts of a plan in words, as still to do or as done. */
export function sentence(counts: Counts, unchanged: number, done: boolean): string {
  const parts = WORDS.flatMap(([op, due, past]) => {
    const count = counts[op] ?? 0;
    if (count === 0) return [];
    const what = op.endsWith("_dir") ? plural(count, "directory", "directories") : number(count);
    return [`${what} ${done ? past : due}`];
  });
  const extra = [...(unchanged > 0 ? [`${number(unchanged)} unchanged`] : []), ...troubles(counts)];
  const text = parts.length > 0 ? parts.join(", ") : "nothing to do";
  return extra.length > 0 ? `${text}; ${extra.join(", ")}` : text;
}

/** Conflicts and errors in words, as far as there are any. */
export function troubles(counts: Counts): string[] {
  return ["conflict", "error"].flatMap((kind) => {
    const count = counts[kind] ?? 0;
    return count > 0 ? [plural(count, kind)] : [];
  });
}

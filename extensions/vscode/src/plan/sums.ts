/** Counts in words: `3 to link, 1 directory to make; 12 unchanged`. */
import type { Counts } from "../protocol/schema";
import { WORDS, type Words } from "../protocol/words";

const OPERATIONS: readonly (readonly [op: string, words: Words])[] = Object.entries(WORDS).filter(
  ([, { due }]) => due !== "",
);

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
  return OPERATIONS.reduce((sum, [op]) => sum + (counts[op] ?? 0), 0);
}

/** The counts of a plan in words, as still to do or as done. */
export function sentence(counts: Counts, unchanged: number, done: boolean): string {
  const parts = OPERATIONS.flatMap(([op, words]) => {
    const count = counts[op] ?? 0;
    if (count === 0) return [];
    const what = words.noun === "" ? number(count) : plural(count, words.noun, words.nouns);
    return [`${what} ${done ? words.done : words.due}`];
  });
  const extra = [...(unchanged > 0 ? [`${number(unchanged)} unchanged`] : []), ...problems(counts)];
  const text = parts.length > 0 ? parts.join(", ") : "nothing to do";
  return extra.length > 0 ? `${text}; ${extra.join(", ")}` : text;
}

/** Conflicts and errors in words, as far as there are any. */
export function problems(counts: Counts): string[] {
  return ["conflict", "error"].flatMap((kind) => {
    const count = counts[kind] ?? 0;
    return count > 0 ? [plural(count, kind)] : [];
  });
}

/** The text of a plan: a tree of what is done, bounded, with what each line stands for. */
import { oneLine } from "../protocol/paths";
import type { PathUri, Row } from "../protocol/schema";
import { columnAt, headingLine, isProblem, leftOutLine, rowLine } from "./lines";
import { number } from "./sums";

/** Lines above the tree: the title, the sum, and a gap. */
export const HEADER = 3;

/** Conflicts and errors that are shown even where the plan is longer than the document. */
const PROBLEMS_BEYOND = 1000;

/** Lines that belong together: a directory, and what is below it. */
export interface Section {
  readonly start: number;
  readonly end: number;
}

/** What the user has said about rows, by path. */
export interface Wishes {
  /** Paths that are left out, with all that is below them. */
  readonly leftOut: ReadonlySet<PathUri>;
  /** How conflicts were settled, in a word. */
  readonly settled: ReadonlyMap<PathUri, string>;
}

interface Line {
  readonly name: string;
  readonly depth: number;
  /** What it stands for; a directory in which something is done stands for nothing itself. */
  readonly row: Row | undefined;
}

/**
 * Rows as a document of at most about `limit` rows.
 *
 * Rows that come after that are only counted, but for conflicts and errors: those need a
 * decision, so another thousand of them are shown.
 */
export class PlanText {
  private readonly written: string[] = [];
  private readonly tree: Line[] = [];
  private readonly problemLines: number[] = [];
  /** The directories that the last line is in, from the top. */
  private above: string[] = [];
  private rows = 0;
  private beyond = 0;
  private hidden = 0;
  private readonly tops: string[];

  /**
   * @param root the package directory: what is moved in there is shown where it is moved for.
   * @param tops labels of directories that are not shown in parts.
   */
  constructor(
    private readonly limit: number,
    private readonly root: PathUri,
    private readonly wishes: Wishes,
    tops: readonly string[],
  ) {
    this.tops = ["~", ...tops];
  }

  /** The lines below the header. */
  get lines(): readonly string[] {
    return this.written;
  }

  /** Rows that are counted but not shown. */
  get omitted(): number {
    return this.hidden;
  }

  /** Conflicts and errors that are shown, also those that are left out. */
  get conflicts(): number {
    return this.problemLines.length;
  }

  /** Lines of conflicts and errors, from the top, but for those that are left out. */
  get problems(): readonly number[] {
    if (this.wishes.leftOut.size === 0) return this.problemLines;
    return this.problemLines.filter((at) => {
      const row = this.rowAt(at);
      return row !== undefined && !this.isLeftOut(row);
    });
  }

  /** Take rows up. */
  add(rows: readonly Row[]): void {
    for (const row of rows) {
      const full = this.rows >= this.limit;
      const problem = isProblem(row);
      if (full && !(problem && this.beyond < PROBLEMS_BEYOND)) {
        this.hidden += 1;
        continue;
      }
      if (full) this.beyond += 1;
      this.rows += 1;
      this.place(row);
      if (problem) this.problemLines.push(HEADER + this.tree.length - 1);
    }
  }

  /** Count rows that there are besides. */
  leave(rows: number): void {
    this.hidden += rows;
  }

  /** What stands at a line of the document. */
  rowAt(at: number): Row | undefined {
    return this.tree[at - HEADER]?.row;
  }

  /** Where the name at a line of the document is. */
  nameAt(at: number): readonly [start: number, end: number] {
    const { name, depth } = this.tree[at - HEADER] ?? { name: "", depth: 0 };
    return [columnAt(depth), columnAt(depth) + name.length];
  }

  /** What finds the row at a line, or the next one below it, in another text. */
  placeAt(at: number): ((other: PlanText) => number | undefined) | undefined {
    const below = this.tree
      .slice(Math.max(0, at - HEADER))
      .findIndex(({ row }) => row !== undefined);
    const path = this.rowAt(at + below)?.path;
    if (at < HEADER || path === undefined) return undefined;
    return (other) => {
      const found = other.tree.findIndex(({ row }) => row?.path === path);
      return found < 0 ? undefined : HEADER + found - below;
    };
  }

  isLeftOut({ path }: Row): boolean {
    const { leftOut } = this.wishes;
    if (leftOut.size === 0) return false;
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      if (leftOut.has(path.slice(0, end))) return true;
    }
    return false;
  }

  /** How many of the rows that are shown are left out. */
  countLeftOut(): number {
    if (this.wishes.leftOut.size === 0) return 0;
    return this.tree.filter(({ row }) => row !== undefined && this.isLeftOut(row)).length;
  }

  /** Write all lines again, for other wishes. */
  rewrite(): void {
    this.tree.forEach((line, at) => {
      this.written[at] = this.write(line);
    });
  }

  /** The directories as ranges of lines, first and last included. */
  sections(): Section[] {
    const found: Section[] = [];
    const open: { readonly start: number; readonly depth: number }[] = [];
    const close = (depth: number, end: number) => {
      for (let top = open.at(-1); top !== undefined && top.depth >= depth; top = open.at(-1)) {
        open.pop();
        if (end > top.start) found.push({ start: top.start, end });
      }
    };
    this.tree.forEach(({ depth }, index) => {
      close(depth, HEADER + index - 1);
      open.push({ start: HEADER + index, depth });
    });
    close(-1, HEADER + this.tree.length - 1);
    return found.sort((one, other) => one.start - other.start);
  }

  /** What follows the last line, where not all rows are shown. */
  tail(): readonly string[] {
    return this.hidden > 0 ? ["", `… ${number(this.hidden)} more`] : [];
  }

  private place(row: Row): void {
    if (row.path.startsWith(`${this.root}/`)) {
      this.append({ name: oneLine(row.label), depth: this.above.length, row });
      return;
    }
    const parts = this.partsOf(row.label);
    const directories = parts.slice(0, -1);
    let common = 0;
    while (common < directories.length && this.above[common] === directories[common]) common += 1;
    this.above = directories;
    for (const [depth, part] of directories.entries()) {
      if (depth >= common && !this.isLast(part, depth)) {
        this.append({ name: `${part}/`, depth, row: undefined });
      }
    }
    this.append({ name: parts.at(-1) ?? "", depth: directories.length, row });
  }

  /** Whether the last line is that of a directory which is made, or opened, for what follows. */
  private isLast(part: string, depth: number): boolean {
    const last = this.tree.at(-1);
    return last?.depth === depth && last.name === part;
  }

  private append(line: Line): void {
    this.tree.push(line);
    this.written.push(this.write(line));
  }

  private write({ row, name, depth }: Line): string {
    if (row === undefined) return headingLine(name, depth);
    if (this.isLeftOut(row)) return leftOutLine(name, depth);
    return rowLine(row, name, depth, this.wishes.settled.get(row.path));
  }

  /** A label as what stands below each other: `~`, `.config`, `git`. */
  private partsOf(label: string): string[] {
    const shown = oneLine(label);
    if (!shown.includes("/")) return [shown];
    let top = this.tops.find((each) => shown.startsWith(`${each}/`));
    if (top === undefined) {
      top = shown.slice(0, shown.lastIndexOf("/"));
      this.tops.push(top);
    }
    return [
      top,
      ...shown
        .slice(top.length + 1)
        .split("/")
        .filter((part) => part !== ""),
    ];
  }
}

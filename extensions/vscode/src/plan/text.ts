/** The text of a plan: bounded, growing at its end, with what each line stands for. */
import type { Row } from "../protocol/schema";
import { number } from "./sums";
import { isProblem, line } from "./lines";

/** Lines above the first directory: the title, the sum, and a gap. */
export const HEADER = 3;

/** Conflicts and errors that are shown even where the plan is longer than the document. */
const PROBLEMS_BEYOND = 1000;

export interface Section {
  readonly start: number;
  readonly end: number;
}

/**
 * Rows as a document of at most about `limit` lines.
 *
 * Rows that come after that are only counted, but for conflicts and errors: those need a
 * decision, so another thousand of them are shown.
 */
export class PlanText {
  private readonly lines: string[] = [];
  private readonly rows: (Row | undefined)[] = [];
  private readonly heads: number[] = [];
  private readonly problemLines: number[] = [];
  private directory: string | undefined;
  private beyond = 0;
  private hidden = 0;

  constructor(private readonly limit: number) {}

  /** Lines below the header. */
  get length(): number {
    return this.lines.length;
  }

  /** Rows that are counted but not shown. */
  get omitted(): number {
    return this.hidden;
  }

  /** Lines of conflicts and errors, from the top. */
  get problems(): readonly number[] {
    return this.problemLines;
  }

  /** Take rows up. */
  add(rows: readonly Row[]): void {
    for (const row of rows) {
      const problem = isProblem(row);
      if (this.rows.length >= this.limit && !(problem && this.beyond < PROBLEMS_BEYOND)) {
        this.hidden += 1;
        continue;
      }
      if (this.rows.length >= this.limit) this.beyond += 1;
      this.append(row, problem);
    }
  }

  /** What stands at a line of the document. */
  rowAt(at: number): Row | undefined {
    return this.rows[at - HEADER];
  }

  /** The directories as ranges of lines, first and last included. */
  sections(): Section[] {
    return this.heads.map((start, index) => ({
      start,
      end: (this.heads[index + 1] ?? HEADER + this.rows.length) - 1,
    }));
  }

  /** Some of the lines below the header. */
  between(start: number, end: number): string {
    return this.lines
      .slice(start, end)
      .map((shown) => `${shown}\n`)
      .join("");
  }

  /** What follows the last line, where not all rows are shown. */
  tail(): string {
    return this.hidden > 0 ? `\n… ${number(this.hidden)} more; the Dotfiles view lists them\n` : "";
  }

  private append(row: Row, problem: boolean): void {
    const [directory, text] = line(row);
    if (directory !== this.directory) {
      this.directory = directory;
      this.heads.push(HEADER + this.rows.length);
      this.rows.push(undefined);
      this.lines.push(directory);
    }
    if (problem) this.problemLines.push(HEADER + this.rows.length);
    this.rows.push(row);
    this.lines.push(text);
  }
}

/** The text of a plan: bounded, growing at its end, with what each line stands for. */
import type { Row } from "../protocol/messages";
import { number } from "./sums";
import { effectOf, line } from "./lines";

/** Lines above the first directory: the title, the sum, and a gap. */
export const HEADER = 3;

/** Conflicts and errors that are shown even where the plan is longer than the document. */
const TROUBLES_BEYOND = 1000;

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
  private body = "";
  private readonly rows: (Row | undefined)[] = [];
  private readonly heads: number[] = [];
  private readonly troubleLines: number[] = [];
  private directory: string | undefined;
  private beyond = 0;
  private hidden = 0;

  constructor(private readonly limit: number) {}

  /** Rows that are counted but not shown. */
  get omitted(): number {
    return this.hidden;
  }

  /** Lines of conflicts and errors, from the top. */
  get troubles(): readonly number[] {
    return this.troubleLines;
  }

  /** Take rows up; return whether any of them is shown. */
  add(rows: readonly Row[]): boolean {
    const before = this.body.length;
    for (const row of rows) {
      const trouble = effectOf(row) === "trouble";
      if (this.rows.length >= this.limit && !(trouble && this.beyond < TROUBLES_BEYOND)) {
        this.hidden += 1;
        continue;
      }
      if (this.rows.length >= this.limit) this.beyond += 1;
      this.append(row, trouble);
    }
    return this.body.length !== before;
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

  /** The whole document under a title and a sum. */
  text(title: string, sum: string): string {
    const rest =
      this.hidden > 0 ? `\n… ${number(this.hidden)} more; the Dotfiles view lists them\n` : "";
    return `${title}\n${sum}\n\n${this.body}${rest}`;
  }

  private append(row: Row, trouble: boolean): void {
    const [directory, text] = line(row);
    if (directory !== this.directory) {
      this.directory = directory;
      this.heads.push(HEADER + this.rows.length);
      this.rows.push(undefined);
      this.body += `${directory}\n`;
    }
    if (trouble) this.troubleLines.push(HEADER + this.rows.length);
    this.rows.push(row);
    this.body += `${text}\n`;
  }
}

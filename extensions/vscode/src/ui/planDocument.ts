/**
 * The document of a plan, and the only thing that ever writes it.
 *
 * A content provider hands over the whole text at every change, and past 100,000 characters
 * VS Code replaces the whole document then, which holds its window up for longer the longer
 * the plan is. So the provider only opens the document, with what is there soon, and all else
 * is edits: each is made for the version that it finds, refused by VS Code if that has changed
 * meanwhile, and compared with what it was to bring about before anything is offered about its
 * lines.
 */
import { Range, workspace, WorkspaceEdit, type TextDocument, type Uri } from "vscode";
import { HEADER, type PlanText } from "../plan/text";
import { PlanCursors } from "./planCursors";

/** Lines that are added at once: more would keep the window from drawing for too long. */
const PIECE = 2000;
/** Lines that a document is opened with at most: as many as a plan has by default, and more. */
const BEGINNING = 3000;
/** Attempts to write a document that somebody else changes all the time. */
const PATIENCE = 5;

/** What a document is to have. */
export interface Page {
  readonly text: PlanText;
  /** As many lines as `HEADER` says. */
  readonly header: readonly string[];
  /** Below the tree, when that is complete. */
  readonly tail: readonly string[];
}

/** What a document was seen to have. */
interface Seen {
  readonly document: TextDocument;
  readonly version: number;
  readonly text: PlanText;
  readonly lines: readonly string[];
  /** Whether that is the whole page. */
  readonly whole: boolean;
}

/** What a document is opened with; the rest is written into it. */
export function beginningOf({ header, text: { lines }, tail }: Page): string {
  const fits = lines.length <= BEGINNING;
  return [...header, ...lines.slice(0, BEGINNING), ...(fits ? tail : [])].join("\n");
}

export class PlanDocument {
  private seen: Seen | undefined;
  private readonly cursors = new PlanCursors();

  constructor(private readonly uri: Uri) {}

  dispose(): void {
    this.cursors.dispose();
  }

  /** What stands in the open document, unless it is not what was written. */
  shown(): Seen | undefined {
    const { seen } = this;
    return seen?.document.version === seen?.version && seen?.document.isClosed === false
      ? seen
      : undefined;
  }

  /** The open document, if there is one. */
  open(): TextDocument | undefined {
    const uri = this.uri.toString();
    return workspace.textDocuments.find((document) => document.uri.toString() === uri);
  }

  /**
   * Bring the open document a piece further.
   *
   * Returns whether there is nothing left to write: because it has all, compared character by
   * character, or because it is not open, or not ours to write.
   */
  async write(page: Page): Promise<boolean> {
    const document = this.open();
    if (document === undefined) {
      this.seen = undefined;
      return true;
    }
    for (let tries = 0; tries < PATIENCE; tries += 1) {
      const seen = await this.step(document, page);
      this.seen = seen;
      if (seen !== undefined) return seen.whole;
    }
    return true;
  }

  private async step(document: TextDocument, page: Page): Promise<Seen | undefined> {
    const old = this.shown()?.lines ?? document.getText().split("\n");
    const whole = [...page.header, ...page.text.lines, ...page.tail];
    const edit = new WorkspaceEdit();
    const lines = this.difference(edit, old, whole);
    const complete = lines.length === whole.length;
    if (edit.size > 0) {
      this.cursors.hold(document, this.seen?.text);
      const applied = await workspace.applyEdit(edit);
      this.cursors.put(document, page.text, complete);
      if (!applied) return undefined;
    }
    const { version } = document;
    if (document.isClosed || document.lineCount !== lines.length) return undefined;
    if (complete && document.getText() !== lines.join("\n")) return undefined;
    return { document, version, text: page.text, lines, whole: complete };
  }

  /** Add what makes some lines of others to an edit; return the lines that it comes to. */
  private difference(
    edit: WorkspaceEdit,
    old: readonly string[],
    wanted: readonly string[],
  ): readonly string[] {
    for (let at = 0; at < HEADER; at += 1) {
      const [was = "", is = ""] = [old[at], wanted[at]];
      if (was !== is) edit.replace(this.uri, new Range(at, 0, at, was.length), is);
    }
    const most = Math.min(old.length, wanted.length);
    let start = HEADER;
    while (start < most && old[start] === wanted[start]) start += 1;
    let same = 0;
    while (same < most - start && old.at(-1 - same) === wanted.at(-1 - same)) same += 1;
    // What is too much for one edit ends there, and the rest follows in the next ones.
    const fits = wanted.length - same - start <= PIECE;
    const end = fits ? wanted.length - same : start + PIECE;
    const last = fits ? old.length - same : old.length;
    const news = wanted.slice(start, end);
    if (news.length > 0 || last > start) {
      // From the end of the line before: there is always one.
      const from = (old[start - 1] ?? "").length;
      const until = (old[last - 1] ?? "").length;
      const text = news.map((line) => `\n${line}`).join("");
      edit.replace(this.uri, new Range(start - 1, from, last - 1, until), text);
    }
    return [...wanted.slice(0, end), ...(fits ? wanted.slice(end) : [])];
  }
}

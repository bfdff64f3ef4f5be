/**
 * The document of a plan, brought up to date by small edits.
 *
 * A content provider hands over the whole text at every change, and past 100,000 characters
 * VS Code replaces the whole document then, which holds its window up for longer the longer
 * the plan is. What is only inserted costs the same however much there is already.
 */
import { Range, workspace, WorkspaceEdit, type Uri } from "vscode";
import { HEADER, type PlanText } from "../plan/text";

/** Lines that are added at once. */
const PIECE = 1000;
/** Milliseconds after which a text counts as taken over, where the editor does not say so. */
const UNSEEN = 1000;

export interface Shown {
  readonly title: string;
  readonly sum: string;
  readonly text: PlanText;
  /** Whether no more rows will come. */
  readonly complete: boolean;
}

interface Given {
  readonly text: PlanText;
  /** Rows of the text that the document has. */
  readonly end: number;
  readonly header: readonly string[];
  readonly tail: string;
}

export class PlanDocument {
  private given: Given | undefined;

  /** @param renew has VS Code ask for the whole text again. */
  constructor(
    private readonly uri: Uri,
    private readonly renew: () => void,
  ) {}

  /** The whole document, for an editor that has nothing of it. */
  whole(shown: Shown): string {
    const given = upTo(shown, shown.text.length);
    this.given = given;
    return `${given.header.join("\n")}\n\n${shown.text.between(0, given.end)}${given.tail}`;
  }

  /** Take an open document a piece further; return how many rows it has then. */
  async advance(shown: Shown): Promise<number> {
    const { given } = this;
    if (given === undefined || !this.isOpen()) return shown.text.length; // it gets all later
    const next = upTo(shown, Math.min(shown.text.length, given.end + PIECE));
    if (given.text !== next.text || !(await this.edit(given, next))) {
      await this.replace();
      return this.given?.end ?? 0;
    }
    this.given = next;
    return next.end;
  }

  private async edit(given: Given, next: Given): Promise<boolean> {
    const edit = new WorkspaceEdit();
    next.header.forEach((line, at) => {
      const before = given.header[at] ?? "";
      if (line !== before) edit.replace(this.uri, new Range(at, 0, at, before.length), line);
    });
    const end = HEADER + given.end;
    const tail = new Range(end, 0, end + given.tail.split("\n").length - 1, 0);
    const news = next.text.between(given.end, next.end) + next.tail;
    if (news !== given.tail) edit.replace(this.uri, tail, news);
    return edit.size === 0 || (await workspace.applyEdit(edit));
  }

  private isOpen(): boolean {
    const uri = this.uri.toString();
    return workspace.textDocuments.some((document) => document.uri.toString() === uri);
  }

  private async replace(): Promise<void> {
    const uri = this.uri.toString();
    await new Promise<void>((resolve) => {
      const finish = () => {
        clearTimeout(patience);
        watching.dispose();
        resolve();
      };
      const watching = workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.toString() === uri) finish();
      });
      const patience = setTimeout(finish, UNSEEN);
      this.renew();
    });
  }
}

/** What a document has that shows the first rows of a text. */
function upTo({ title, sum, text, complete }: Shown, end: number): Given {
  const tail = complete && end === text.length ? text.tail() : "";
  return { text, end, header: [title, sum], tail };
}

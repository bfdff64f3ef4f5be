/** The cursors of a plan's editors: each stays with its row while the rows around it change. */
import { Selection, window, type Disposable, type TextDocument, type TextEditor } from "vscode";
import type { PlanText } from "../plan/text";

/** What the text of a plan tells about a line, so that it is found in another text. */
interface Place {
  readonly selection: Selection;
  /** Where that is in a text, if there is such a row. */
  readonly in: (text: PlanText) => number | undefined;
}

export class PlanCursors implements Disposable {
  private readonly held = new Map<TextEditor, Place>();
  private readonly moving = window.onDidChangeTextEditorSelection(({ textEditor, kind }) => {
    if (kind !== undefined) this.held.delete(textEditor); // by the user, meanwhile
  });

  /** Note where the cursors of a document are, before it is edited. */
  hold(document: TextDocument, text: PlanText | undefined): void {
    for (const editor of editorsOf(document)) {
      if (this.held.has(editor)) continue;
      const { selection } = editor;
      const find = text?.placeAt(selection.active.line) ?? (() => undefined);
      this.held.set(editor, { selection, in: find });
    }
  }

  /** Put them where they belong after an edit; what is written at a cursor pushes it along. */
  put(document: TextDocument, text: PlanText, complete: boolean): void {
    for (const editor of editorsOf(document)) {
      const place = this.held.get(editor);
      if (place === undefined) continue;
      const { active, anchor } = place.selection;
      const by = (place.in(text) ?? active.line) - active.line;
      const last = document.lineCount - 1;
      const at = new Selection(
        anchor.with(Math.min(last, Math.max(0, anchor.line + by))),
        active.with(Math.min(last, Math.max(0, active.line + by))),
      );
      if (!editor.selection.isEqual(at)) editor.selection = at;
    }
    if (complete) this.held.clear();
  }

  dispose(): void {
    this.moving.dispose();
    this.held.clear();
  }
}

function editorsOf(document: TextDocument): TextEditor[] {
  return window.visibleTextEditors.filter((editor) => editor.document === document);
}

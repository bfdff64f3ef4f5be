/** Colours behind the lines of a plan: only for what is visible, so that length costs nothing. */
import {
  OverviewRulerLane,
  Range,
  ThemeColor,
  window,
  type Disposable,
  type TextEditor,
  type TextEditorDecorationType,
} from "vscode";
import { effectOf } from "../plan/lines";
import type { Effect } from "../protocol/words";
import { SCHEME, type Plans } from "./plans";

const PROBLEM = "dotstream.conflictLineBackground";

const COLOURS: readonly (readonly [Effect, string])[] = [
  ["add", "dotstream.addedLineBackground"],
  ["change", "dotstream.changedLineBackground"],
  ["remove", "dotstream.removedLineBackground"],
  ["conflict", PROBLEM],
  ["error", PROBLEM],
];

/** Lines above and below what is visible, for scrolling. */
const AROUND = 100;

export class Decorations implements Disposable {
  private readonly types: ReadonlyMap<Effect, TextEditorDecorationType>;
  /** Beside the scroll bar, for all problems of a document. */
  private readonly ruler = window.createTextEditorDecorationType({
    overviewRulerColor: new ThemeColor("editorOverviewRuler.errorForeground"),
    overviewRulerLane: OverviewRulerLane.Full,
  });
  /** What begins the line of a problem. */
  private readonly problem = window.createTextEditorDecorationType({
    color: new ThemeColor("dotstream.conflictForeground"),
  });
  private readonly added = window.createTextEditorDecorationType({
    color: new ThemeColor("dotstream.linkedForeground"),
  });
  private readonly leftOut = window.createTextEditorDecorationType({
    textDecoration: "line-through",
    opacity: "0.7",
  });
  private readonly subscriptions: Disposable[];

  constructor(private readonly plans: Plans) {
    this.types = new Map(
      COLOURS.map(([effect, colour]) => [
        effect,
        window.createTextEditorDecorationType({
          isWholeLine: true,
          backgroundColor: new ThemeColor(colour),
        }),
      ]),
    );
    this.subscriptions = [
      window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        this.paint(textEditor);
      }),
      window.onDidChangeVisibleTextEditors((editors) => {
        editors.forEach((editor) => {
          this.paint(editor);
        });
      }),
      plans.onDidChangeSession(({ uri }) => {
        for (const editor of window.visibleTextEditors) {
          if (editor.document.uri.toString() === uri.toString()) this.paint(editor);
        }
      }),
    ];
  }

  dispose(): void {
    for (const each of [...this.subscriptions, ...this.types.values()]) each.dispose();
    this.ruler.dispose();
    this.problem.dispose();
    this.added.dispose();
    this.leftOut.dispose();
  }

  private paint(editor: TextEditor): void {
    if (editor.document.uri.scheme !== SCHEME) return;
    const text = this.plans.at(editor.document.uri)?.textOf(editor.document);
    const found = new Map<Effect, Range[]>(COLOURS.map(([effect]) => [effect, []]));
    const leftOut: Range[] = [];
    for (const visible of editor.visibleRanges) {
      const start = Math.max(0, visible.start.line - AROUND);
      const end = Math.min(visible.end.line + AROUND, editor.document.lineCount - 1);
      for (let line = start; line <= end; line += 1) {
        const row = text?.rowAt(line);
        if (text === undefined || row === undefined) continue;
        const [from, to] = text.nameAt(line);
        if (text.isLeftOut(row)) leftOut.push(new Range(line, from, line, to));
        else found.get(effectOf(row))?.push(new Range(line, 0, line, 0));
      }
    }
    for (const [effect, type] of this.types) editor.setDecorations(type, found.get(effect) ?? []);
    editor.setDecorations(this.leftOut, leftOut);
    const problems = (text?.problems ?? []).filter((line) => line < editor.document.lineCount);
    editor.setDecorations(
      this.ruler,
      problems.map((line) => new Range(line, 0, line, 0)),
    );
    const begun = (line: number) => new Range(line, 0, line, text?.nameAt(line)[0] ?? 0);
    editor.setDecorations(this.problem, problems.map(begun));
    const added = found.get("add") ?? [];
    editor.setDecorations(
      this.added,
      added.map(({ start }) => begun(start.line)),
    );
  }
}

/** Colours behind the lines of a plan: only for what is visible, so that length costs nothing. */
import {
  OverviewRulerLane,
  Range,
  ThemeColor,
  window,
  workspace,
  type Disposable,
  type TextEditor,
  type TextEditorDecorationType,
} from "vscode";
import { effectOf } from "../plan/lines";
import type { Effect } from "../protocol/words";
import { SCHEME, type Plans } from "./plans";

const PROBLEM = "inputValidation.errorBackground";

const COLOURS: readonly (readonly [Effect, string])[] = [
  ["add", "diffEditor.insertedLineBackground"],
  ["change", "dotstream.changedLineBackground"],
  ["remove", "diffEditor.removedLineBackground"],
  ["conflict", PROBLEM],
  ["error", PROBLEM],
];

/** Lines above and below what is visible, for scrolling, and for text that has just arrived. */
const AROUND = 100;

export class Decorations implements Disposable {
  private readonly types: ReadonlyMap<Effect, TextEditorDecorationType>;
  private readonly subscriptions: Disposable[];

  constructor(private readonly plans: Plans) {
    this.types = new Map(
      COLOURS.map(([effect, colour]) => [
        effect,
        window.createTextEditorDecorationType({
          isWholeLine: true,
          backgroundColor: new ThemeColor(colour),
          ...(colour === PROBLEM
            ? {
                overviewRulerColor: new ThemeColor("editorOverviewRuler.errorForeground"),
                overviewRulerLane: OverviewRulerLane.Right,
              }
            : {}),
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
      workspace.onDidChangeTextDocument(({ document }) => {
        for (const editor of window.visibleTextEditors) {
          if (editor.document === document) this.paint(editor);
        }
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const type of this.types.values()) type.dispose();
  }

  private paint(editor: TextEditor): void {
    if (editor.document.uri.scheme !== SCHEME) return;
    const text = this.plans.at(editor.document.uri)?.text;
    const found = new Map<Effect, Range[]>(COLOURS.map(([effect]) => [effect, []]));
    for (const visible of editor.visibleRanges) {
      const start = Math.max(0, visible.start.line - AROUND);
      for (let line = start; line <= visible.end.line + AROUND; line += 1) {
        const row = text?.rowAt(line);
        if (row !== undefined) found.get(effectOf(row))?.push(new Range(line, 0, line, 0));
      }
    }
    for (const [effect, type] of this.types) editor.setDecorations(type, found.get(effect) ?? []);
  }
}

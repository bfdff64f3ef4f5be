/** What is pressed in a plan's document: each does nothing that the document does not show. */
import {
  commands,
  l10n,
  Position,
  Range,
  Selection,
  TextEditorRevealType,
  Uri,
  window,
} from "vscode";
import type { Disposable } from "vscode";
import { varied, type Variant } from "../plan/request";
import type { PathUri, Row } from "../protocol/schema";
import type { Policy } from "../protocol/words";
import { commandsAt } from "./planLenses";
import { SCHEME, type Plans } from "./plans";
import type { PlanSession } from "./session";

/** Milliseconds for which the status bar says that something was not done. */
const SAID = 5000;

export class PlanCommands {
  constructor(private readonly plans: Plans) {}

  register(
    add: (id: string, run: (...args: never[]) => Promise<void>) => Disposable,
  ): Disposable[] {
    return [
      add("dotstream.refreshPlan", async (uri?: Uri) => {
        const session = uri instanceof Uri ? this.plans.at(uri) : this.plans.current();
        await session?.plan();
      }),
      add("dotstream.discard", async () => {
        await commands.executeCommand("workbench.action.closeActiveEditor");
      }),
      add("dotstream.settle", (uri: Uri, attempt: number, row: Row, policy?: Policy) =>
        this.act(uri, attempt, (session) => session.resolve(row, policy)),
      ),
      add("dotstream.resolveAll", (uri: Uri, attempt: number, policy: Policy) =>
        this.act(uri, attempt, (session) => session.resolveAll(policy)),
      ),
      add("dotstream.vary", (uri: Uri, attempt: number, variant: Variant) =>
        this.act(uri, attempt, (session) => session.plan(varied(session.asked, variant))),
      ),
      add("dotstream.explainPlan", async () => {
        const session = this.plans.current();
        await session?.plan(varied(session.asked, "explained"));
      }),
      add("dotstream.leaveOut", (uri?: Uri, attempt?: number, path?: PathUri) =>
        this.leaveOut(uri, attempt, path),
      ),
      add("dotstream.forgetChoices", async (uri: Uri) => {
        await this.plans.at(uri)?.forgetChoices();
      }),
      add("dotstream.showMoreRows", async () => {
        await this.plans.current()?.showMore();
      }),
      add("dotstream.rowActions", () => this.offer()),
      add("dotstream.nextConflict", () => this.go(1)),
      add("dotstream.previousConflict", () => this.go(-1)),
    ];
  }

  /** Do what was offered, if what the user saw then is what there is. */
  private async act(
    uri: Uri,
    attempt: number,
    work: (session: PlanSession) => Promise<void>,
  ): Promise<void> {
    const session = this.plans.at(uri);
    if (session?.offers(attempt) === true) await work(session);
    else window.setStatusBarMessage(l10n.t("The plan has changed; look at it again."), SAID);
  }

  /** Offer what can be done with the line at the cursor: a plan is no text to have quick fixes. */
  private async offer(): Promise<void> {
    const session = this.plans.current();
    const line = window.activeTextEditor?.selection.active.line;
    if (session === undefined || line === undefined) return;
    const items = commandsAt(session, line).map((each) => ({ label: each.title, each }));
    if (items.length === 0) return;
    const picked = await window.showQuickPick(items);
    if (picked === undefined) return;
    const given: readonly unknown[] = picked.each.arguments ?? [];
    await commands.executeCommand(picked.each.command, ...given);
  }

  /** Leave a path out, or what the cursor is at. */
  private async leaveOut(uri?: Uri, attempt?: number, path?: PathUri): Promise<void> {
    if (uri instanceof Uri && attempt !== undefined && path !== undefined) {
      await this.act(uri, attempt, (session) => session.leaveOut(path));
      return;
    }
    const session = this.plans.current();
    const line = window.activeTextEditor?.selection.active.line;
    if (session === undefined || line === undefined || !session.divisible) return;
    await this.act(session.uri, session.attempt.number, async () => {
      const row = session.attempt.text.rowAt(line);
      if (row !== undefined && row.op !== "notice") await session.leaveOut(row.path);
    });
  }

  /** Go to the next conflict, or the one before; behind the last comes the first. */
  private go(step: 1 | -1): Promise<void> {
    const editor = window.activeTextEditor;
    const session = this.plans.current();
    if (editor?.document.uri.scheme === SCHEME && session?.isSettled === true) {
      const lines = session.attempt.text.problems;
      const here = editor.selection.active.line;
      const line =
        step > 0
          ? (lines.find((each) => each > here) ?? lines[0])
          : (lines.findLast((each) => each < here) ?? lines.at(-1));
      if (line !== undefined) {
        const at = new Position(line, session.attempt.text.nameAt(line)[0]);
        editor.selection = new Selection(at, at);
        editor.revealRange(new Range(at, at), TextEditorRevealType.InCenterIfOutsideViewport);
      }
    }
    return Promise.resolve();
  }
}

/** The plans of this window as read-only documents. */
import {
  commands,
  EventEmitter,
  languages,
  TabInputText,
  Uri,
  window,
  workspace,
  type Disposable,
  type TextDocumentContentProvider,
} from "vscode";
import { identityOf, titleOf, type PlanRequest } from "../plan/request";
import type { Place } from "../protocol/messages";
import type { Running } from "./running";
import type { Server } from "./server";
import { PlanSession } from "./session";

export const SCHEME = "dotstream-plan";
export const LANGUAGE = "dotstream-plan";

export class Plans implements TextDocumentContentProvider, Disposable {
  private readonly sessions = new Map<string, PlanSession>();
  private readonly contentEmitter = new EventEmitter<Uri>();
  private readonly sessionEmitter = new EventEmitter<PlanSession>();
  private readonly subscriptions: Disposable[];
  private ready = false;

  readonly onDidChange = this.contentEmitter.event;
  /** A plan has other lenses or decorations than it had. */
  readonly onDidChangeSession = this.sessionEmitter.event;

  constructor(
    private readonly server: Server,
    private readonly running: Running,
    private readonly where: (place: Place) => string,
  ) {
    this.subscriptions = [
      window.onDidChangeActiveTextEditor(() => {
        this.tellReady();
      }),
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      // The document itself lives on for minutes after its last tab.
      window.tabGroups.onDidChangeTabs(({ closed }) => {
        if (closed.length > 0) this.forgetClosed();
      }),
    ];
  }

  provideTextDocumentContent(uri: Uri): string {
    return (
      this.sessions.get(uri.toString())?.content() ??
      "This plan is from an earlier window.\n\nRun “Dotstream: Plan” for a new one.\n"
    );
  }

  at(uri: Uri): PlanSession | undefined {
    return this.sessions.get(uri.toString());
  }

  /** The plan in the active editor, or the only one that there is. */
  current(): PlanSession | undefined {
    const uri = window.activeTextEditor?.document.uri;
    const active = uri?.scheme === SCHEME ? this.at(uri) : undefined;
    if (active !== undefined || this.sessions.size !== 1) return active;
    return [...this.sessions.values()][0];
  }

  /** The session of a request, made if there is none; planning is up to the caller. */
  session(request: PlanRequest): PlanSession {
    const uri = Uri.from({
      scheme: SCHEME,
      path: `/Plan: ${titleOf(request).replaceAll("/", "∕")}`,
      query: identityOf(request),
    });
    const known = this.at(uri);
    if (known !== undefined) return known;
    const session = new PlanSession(uri, request, this.server, this.running, this.where, () => {
      this.contentEmitter.fire(uri);
    });
    this.sessions.set(uri.toString(), session);
    session.onDidChange(() => {
      this.sessionEmitter.fire(session);
      this.tellReady();
    });
    return session;
  }

  isVisible(session: PlanSession): boolean {
    const uri = session.uri.toString();
    return window.visibleTextEditors.some(({ document }) => document.uri.toString() === uri);
  }

  /** Bring a plan's document to the front. */
  async show(session: PlanSession): Promise<void> {
    const document = await workspace.openTextDocument(session.uri);
    if (document.languageId !== LANGUAGE) {
      await languages.setTextDocumentLanguage(document, LANGUAGE);
    }
    await window.showTextDocument(document, { preview: false });
  }

  dispose(): void {
    for (const session of this.sessions.values()) session.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
    this.contentEmitter.dispose();
    this.sessionEmitter.dispose();
  }

  /** Let menus know whether the plan in front can be applied. */
  private tellReady(): void {
    const uri = window.activeTextEditor?.document.uri;
    const ready = uri?.scheme === SCHEME && this.at(uri)?.ready === true;
    if (ready === this.ready) return;
    this.ready = ready;
    void commands.executeCommand("setContext", "dotstream.planReady", ready);
  }

  /** Let go of plans that are nowhere to be seen; a plan that is being made is cancelled. */
  forgetClosed(): void {
    const open = new Set(
      window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .map(({ input }) => (input instanceof TabInputText ? input.uri.toString() : "")),
    );
    for (const [uri, session] of this.sessions) {
      if (open.has(uri) || session.state === "applying") continue;
      this.sessions.delete(uri);
      session.dispose();
    }
  }
}

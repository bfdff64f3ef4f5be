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
  type TextDocument,
  type TextDocumentContentProvider,
} from "vscode";
import { identityOf, requestOf, titleOf, type PlanRequest } from "../plan/request";
import type { Running } from "./running";
import type { Server } from "./server";
import { PlanSession, type Places } from "./session";
import { planOptions } from "./settings";

export const SCHEME = "dotstream-plan";
export const LANGUAGE = "dotstream-plan";

export class Plans implements TextDocumentContentProvider, Disposable {
  private readonly sessions = new Map<string, PlanSession>();
  private readonly sessionEmitter = new EventEmitter<PlanSession>();
  private readonly subscriptions: Disposable[];
  private context: Readonly<Record<string, boolean>> = {};

  /** A plan has other lines, lenses or decorations than it had. */
  readonly onDidChangeSession = this.sessionEmitter.event;

  constructor(
    private readonly server: Server,
    private readonly running: Running,
    private readonly places: Places,
  ) {
    this.subscriptions = [
      window.onDidChangeActiveTextEditor(() => {
        this.tellContext();
      }),
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      workspace.onDidOpenTextDocument((document) => void this.opened(document)),
      workspace.onDidChangeTextDocument(({ document }) => {
        this.at(document.uri)?.check();
      }),
      // The document itself lives on for minutes after its last tab.
      window.tabGroups.onDidChangeTabs(({ closed }) => {
        if (closed.length > 0) this.forgetClosed();
      }),
    ];
    for (const document of workspace.textDocuments) void this.opened(document);
  }

  /** Only to have the document opened: what is in it, its session writes. */
  provideTextDocumentContent(): string {
    return "";
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
    return this.at(uri) ?? this.make(uri, request);
  }

  isVisible(session: PlanSession): boolean {
    const uri = session.uri.toString();
    return window.visibleTextEditors.some(({ document }) => document.uri.toString() === uri);
  }

  /** Bring a plan's document to the front. */
  async show(session: PlanSession): Promise<void> {
    const document = await workspace.openTextDocument(session.uri);
    await window.showTextDocument(document, { preview: false });
    await session.show();
  }

  dispose(): void {
    for (const session of this.sessions.values()) session.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
    this.sessionEmitter.dispose();
  }

  /** Let go of plans that are nowhere to be seen; a plan that is being made is cancelled. */
  forgetClosed(): void {
    const open = new Set(
      window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .map(({ input }) => (input instanceof TabInputText ? input.uri.toString() : "")),
    );
    for (const [uri, session] of this.sessions) {
      if (open.has(uri) || session.attempt.state === "applying") continue;
      this.sessions.delete(uri);
      session.dispose();
    }
  }

  private make(uri: Uri, request: PlanRequest): PlanSession {
    const session = new PlanSession(uri, request, this.server, this.running, this.places);
    this.sessions.set(uri.toString(), session);
    session.onDidChange(() => {
      this.sessionEmitter.fire(session);
      this.tellContext();
    });
    return session;
  }

  /** Have an opened document written; one that an earlier window has left is planned again. */
  private async opened(document: TextDocument): Promise<void> {
    if (document.uri.scheme !== SCHEME) return;
    if (document.languageId !== LANGUAGE) {
      await languages.setTextDocumentLanguage(document, LANGUAGE);
    }
    const known = this.at(document.uri);
    if (known !== undefined) {
      await known.show();
      return;
    }
    const request = requestOf(document.uri.query, planOptions());
    if (request === undefined) return;
    const session = this.make(document.uri, request);
    await session.show();
    await this.server.settled();
    await session.plan();
  }

  /** Let menus and keys know what can be done with the plan in front. */
  private tellContext(): void {
    const uri = window.activeTextEditor?.document.uri;
    const session = uri?.scheme === SCHEME ? this.at(uri) : undefined;
    const settled = session?.isSettled === true;
    const context = {
      planReady: settled && session.ready,
      planHasConflicts: settled && session.inTheWay > 0,
    };
    for (const [key, value] of Object.entries(context)) {
      if (this.context[key] !== value) {
        void commands.executeCommand("setContext", `dotstream.${key}`, value);
      }
    }
    this.context = context;
  }
}

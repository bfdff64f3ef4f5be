/** The plans of this window as read-only documents. */
import {
  commands,
  EventEmitter,
  l10n,
  TabInputText,
  Uri,
  window,
  workspace,
  type Disposable,
  type Memento,
  type Tab,
  type TextDocumentContentProvider,
} from "vscode";
import { identityOf, requestOf, titleOf, type PlanRequest } from "../plan/request";
import { HEADER } from "../plan/text";
import type { Running } from "./running";
import type { Server } from "./server";
import { PlanSession, type Places } from "./session";

export const SCHEME = "dotstream-plan";
export const LANGUAGE = "dotstream-plan";
/** Where plans are, by which VS Code knows their language. */
const DIRECTORY = "/dotstream";

/** Plans that have a tab, and the one in front. */
interface Open {
  readonly open: readonly string[];
  readonly front: string | undefined;
}

/** Where it is kept which plans are open. */
const OPEN = "dotstream.openPlans";

export class Plans implements TextDocumentContentProvider, Disposable {
  private readonly sessions = new Map<string, PlanSession>();
  private readonly sessionEmitter = new EventEmitter<PlanSession>();
  private readonly subscriptions: Disposable[];
  private readonly happened = new Set<string>();
  /** Whether not all tabs of the window before are there again. */
  private restoring = false;
  private context: Readonly<Record<string, boolean>> = {};

  /** A plan has other lines, lenses or decorations than it had. */
  readonly onDidChangeSession = this.sessionEmitter.event;

  constructor(
    private readonly server: Server,
    private readonly running: Running,
    private readonly places: Places,
    /** What outlives the window. */
    private readonly memory: Memento,
  ) {
    this.subscriptions = [
      window.onDidChangeActiveTextEditor(() => {
        this.tellContext();
        this.remember();
      }),
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      places.onDidChange(() => {
        for (const session of this.sessions.values()) session.retitle();
      }),
      server.onDidChangeState((state) => {
        if (state === "running") this.planWhatWasCutShort();
      }),
      workspace.onDidOpenTextDocument(({ uri }) => void this.at(uri)?.show()),
      workspace.onDidChangeTextDocument(({ document }) => {
        this.at(document.uri)?.check();
      }),
      // The document itself lives on for minutes after its last tab.
      window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const uri of urisOf(closed)) this.leave(uri);
        this.remember();
      }),
    ];
  }

  /** What a document begins with; the rest of it, its session writes. */
  async provideTextDocumentContent(uri: Uri): Promise<string> {
    return (await this.at(uri)?.opening()) ?? "\n".repeat(HEADER - 1);
  }

  at(uri: Uri): PlanSession | undefined {
    return this.sessions.get(uri.toString());
  }

  /** The plan in the active editor, or the only one that there is. */
  current(): PlanSession | undefined {
    const active = this.activeSession();
    if (active !== undefined || this.sessions.size !== 1) return active;
    return [...this.sessions.values()][0];
  }

  private activeSession(): PlanSession | undefined {
    const uri = window.activeTextEditor?.document.uri;
    return uri?.scheme === SCHEME ? this.at(uri) : undefined;
  }

  /** The session of a request, made if there is none; planning is up to the caller. */
  session(request: PlanRequest): PlanSession {
    const uri = Uri.from({
      scheme: SCHEME,
      path: `${DIRECTORY}/Plan: ${nameOf(request)}`,
      query: identityOf(request),
    });
    return this.at(uri) ?? this.make(uri, request);
  }

  /** Plan again what was open when the window was loaded anew, which closes such tabs. */
  async restore(): Promise<void> {
    this.restoring = true;
    const { open, front } = this.memory.get<Open>(OPEN, { open: [], front: undefined });
    const requests = open.flatMap((identity) => requestOf(identity) ?? []);
    const sessions = requests.map((request) => this.session(request));
    for (const session of sessions) await this.show(session);
    const before = sessions.find(({ asked }) => identityOf(asked) === front);
    if (before !== undefined) await this.show(before);
    this.restoring = false;
    if (sessions.length > 0) await this.server.settled();
    await Promise.all(sessions.map((session) => session.plan()));
  }

  /** A server that has ended, or was started anew, leaves plans behind that nobody makes. */
  private planWhatWasCutShort(): void {
    const gone = [...this.sessions.values()].filter(({ attempt }) => attempt.fault?.gone === true);
    for (const session of gone) {
      void session.plan(undefined, l10n.t("planned again after the server restarted"));
    }
  }

  isVisible(session: PlanSession): boolean {
    const uri = session.uri.toString();
    return window.visibleTextEditors.some(({ document }) => document.uri.toString() === uri);
  }

  /** Bring a plan's document to the front: its editor is made while its content is. */
  async show(session: PlanSession): Promise<void> {
    await commands.executeCommand("vscode.open", session.uri, { preview: false });
  }

  dispose(): void {
    for (const session of this.sessions.values()) session.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
    this.sessionEmitter.dispose();
  }

  /** Keep which plans have a tab, for the next window. */
  private remember(): void {
    if (this.restoring) return;
    const open = openTabs();
    const left = [...this.sessions.values()].filter(({ uri }) => open.has(uri.toString()));
    const front = this.activeSession();
    const kept: Open = {
      open: left.map(({ asked }) => identityOf(asked)),
      front: front === undefined ? undefined : identityOf(front.asked),
    };
    void this.memory.update(OPEN, kept);
  }

  /** Let go of a plan that has no tab, or none any longer; cancel it if it is being made. */
  leave(uri: string): void {
    const session = this.sessions.get(uri);
    if (session === undefined || openTabs().has(uri)) return;
    if (session.attempt.state === "applying") return; // it is left when that is over
    this.sessions.delete(uri);
    session.dispose();
  }

  private make(uri: Uri, request: PlanRequest): PlanSession {
    const session = new PlanSession(uri, request, this.server, this.running, this.places);
    this.sessions.set(uri.toString(), session);
    session.onDidChange(() => {
      this.sessionEmitter.fire(session);
      this.tellContext();
      this.tellProgress(session);
    });
    return session;
  }

  /** Let the walkthrough tick what has happened. */
  private tellProgress({ attempt: { state }, asked: { kind } }: PlanSession): void {
    const done = [
      ...(state === "planned" ? ["hasPlanned"] : []),
      ...(state === "applied" ? [kind === "undo" ? "hasUndone" : "hasApplied"] : []),
    ];
    for (const key of done.filter((each) => !this.happened.has(each))) {
      this.happened.add(key);
      void commands.executeCommand("setContext", `dotstream.${key}`, true);
    }
  }

  /** Let menus and keys know what can be done with the plan in front. */
  private tellContext(): void {
    const session = this.activeSession();
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

function openTabs(): ReadonlySet<string> {
  return urisOf(window.tabGroups.all.flatMap((group) => group.tabs));
}

function urisOf(tabs: readonly Tab[]): ReadonlySet<string> {
  return new Set(
    tabs.map(({ input }) => (input instanceof TabInputText ? input.uri.toString() : "")),
  );
}

/** The title of a plan as a file's name: a tab would lose a space in front of a dot. */
function nameOf(request: PlanRequest): string {
  return titleOf(request).replaceAll("/", "∕").replaceAll(" .", "\u00a0.");
}

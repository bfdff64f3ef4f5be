/** The language server: started, restarted, asked. */
import {
  Disposable,
  EventEmitter,
  l10n,
  workspace,
  type CancellationToken,
  type LogOutputChannel,
} from "vscode";
import {
  CloseAction,
  ProgressType,
  State,
  WorkDoneProgress,
  type CloseHandlerResult,
  type LanguageClient,
} from "vscode-languageclient/node";
import { INACTIVE, REJECTED } from "../protocol/faults";
import type { Batch } from "../protocol/messages";
import { PROTOCOL_VERSION, type ConflictAnswer, type Row } from "../protocol/schema";
import { bundledServer, discover, installCommand, type Discovery } from "../server/discover";
import { createClient } from "./client";
import { Program } from "./program";
import { settings } from "./settings";
import { surroundings } from "./surroundings";

export type ServerState = "untrusted" | "missing" | "starting" | "running" | "failed" | "stopped";

/** Milliseconds to wait for a server that is starting. */
const PATIENCE = 10_000;
/** How often the server may end by itself within some milliseconds before it stays that way. */
const MOST_CRASHES = 4;
const CRASHES_COUNT = 180_000;

interface Announced {
  readonly version?: number;
  readonly maxWindow?: number;
}

/** What is asked of the server needs it to run. */
export class NotRunning extends Error {
  readonly code = INACTIVE;

  constructor(
    readonly state: ServerState,
    reason: string,
    /** What brings it up to date, where it is of another version. */
    readonly update?: string,
  ) {
    super(
      state === "failed" && reason !== ""
        ? l10n.t("The dotstream server does not run: {0}", reason)
        : l10n.t("The dotstream server is not running ({0}).", state),
    );
  }
}

/** What is asked about a conflict, as it is met. */
export type Ask = (row: Row, cancel: CancellationToken) => Promise<ConflictAnswer>;

export interface WorkReport {
  readonly message?: string;
  readonly percentage?: number;
}

export class Server implements Disposable {
  private client: LanguageClient | undefined;
  /** What is told to whoever waits for an answer that does not come any more. */
  private readonly waiting = new Set<(reason: object) => void>();
  private changing: Promise<void> = Promise.resolve();
  private restartDue = false;
  private announced: Announced = {};
  /** When the server ended by itself. */
  private crashes: number[] = [];
  private tokens = 0;
  /** Who answers about conflicts, by the token of what meets them. */
  private readonly askers = new Map<string, Ask>();
  private readonly stateEmitter = new EventEmitter<ServerState>();
  private readonly changedEmitter = new EventEmitter<void>();
  private current: ServerState = "stopped";
  /** How the version of the protocol that it speaks differs, where it does. */
  private difference = "";
  private program: Program | undefined;
  private lookup: Discovery | undefined;

  readonly onDidChangeState = this.stateEmitter.event;
  /** Something was changed in a target, by us or by another client of the server. */
  readonly onDidChangeFiles = this.changedEmitter.event;

  /** @param bundled the script that starts the server which this extension brings along. */
  constructor(
    private readonly log: LogOutputChannel,
    private readonly bundled: string,
  ) {}

  get state(): ServerState {
    return this.current;
  }

  /** How the server was looked for the last time. */
  get discovery(): Discovery | undefined {
    return this.lookup;
  }

  /** Start, or stop and start again; several calls at once make one restart. */
  restart(): Promise<void> {
    if (!this.restartDue) {
      this.restartDue = true;
      this.become("starting");
      this.changing = this.changing.then(async () => {
        this.restartDue = false;
        await this.stop();
        this.crashes = [];
        await this.start();
      });
    }
    return this.changing;
  }

  /** Whether anything has asked for it. */
  get wanted(): boolean {
    return this.current !== "stopped";
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose(2000);
    } catch (error) {
      this.log.warn(`the server did not stop, and is ended: ${String(error)}`);
      this.program?.end();
      for (const reject of this.waiting) reject({ code: REJECTED });
    }
  }

  /** Start it, unless somebody has. */
  ensure(): void {
    if (!this.wanted) void this.restart();
  }

  /** Have it running, and wait for that, for some seconds at most. */
  async settled(): Promise<void> {
    this.ensure();
    if (this.current !== "starting") return;
    await new Promise<void>((resolve) => {
      const finish = () => {
        clearTimeout(patience);
        watching.dispose();
        resolve();
      };
      const watching = this.onDidChangeState((state) => {
        if (state !== "starting") finish();
      });
      const patience = setTimeout(finish, PATIENCE);
    });
  }

  /** The largest number of batches that may be in flight. */
  window(): number {
    return Math.max(1, Math.min(settings.window(), this.announced.maxWindow ?? 64));
  }

  async request<Result>(
    method: string,
    params: object,
    cancel?: CancellationToken,
  ): Promise<Result> {
    const client = this.running();
    // A token that is there but undefined would count as a second parameter.
    const answer =
      cancel === undefined
        ? client.sendRequest<Result>(method, params)
        : client.sendRequest<Result>(method, params, cancel);
    return await new Promise((resolve, reject) => {
      this.waiting.add(reject);
      void answer.then(resolve, reject).finally(() => this.waiting.delete(reject));
    });
  }

  acknowledge(token: string, seq: number): void {
    if (this.client?.isRunning() === true) {
      void this.client.sendNotification("dotstream/ack", { token, seq });
    }
  }

  /** A token that no request has used. */
  token(): string {
    this.tokens += 1;
    return `dotstream-${this.tokens.toString()}`;
  }

  onBatch<Item>(token: string, handle: (batch: Batch<Item>) => void): Disposable {
    return this.running().onProgress(new ProgressType<Batch<Item>>(), token, handle);
  }

  /** Have what uses a token ask about its conflicts. */
  onConflict(token: string, ask: Ask): Disposable {
    this.askers.set(token, ask);
    return new Disposable(() => this.askers.delete(token));
  }

  onWork(token: string, handle: (report: WorkReport) => void): Disposable {
    return this.running().onProgress(WorkDoneProgress.type, token, (value) => {
      if (value.kind !== "end") handle(value);
    });
  }

  dispose(): void {
    this.stateEmitter.dispose();
    this.changedEmitter.dispose();
  }

  private running(): LanguageClient {
    if (this.client === undefined || this.current !== "running") {
      throw this.absence;
    }
    return this.client;
  }

  private async start(): Promise<void> {
    if (!workspace.isTrusted) {
      this.become("untrusted");
      return;
    }
    const around = await surroundings(this.bundled);
    await this.startOne(await discover(around));
    // What is installed is of another time than this extension, which has one of its own.
    if (this.difference === "") return;
    const own = settings.serverPath().trim() === "" ? await bundledServer(around) : undefined;
    if (own === undefined) {
      this.become("failed");
      return;
    }
    await this.stop();
    await this.startOne(own);
  }

  private async startOne(found: Discovery): Promise<void> {
    this.difference = "";
    this.lookup = found;
    if (!found.found) {
      this.log.warn(`no server; looked at: ${found.tried.join(", ")}`);
      this.become("missing");
      return;
    }
    this.log.info(`server: ${found.command} (found by ${found.by})`);
    const client = this.create(found.command, found.args);
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.log.error(`the server did not start: ${String(error)}`);
      await this.fail();
      return;
    }
    this.greeted(client);
  }

  private create(command: string, args: readonly string[]): LanguageClient {
    const client = createClient(this.log, {
      program: () => {
        this.program = new Program(command, args);
        return this.program.process;
      },
      closed: () => this.closed(),
      changed: () => {
        this.changedEmitter.fire();
      },
      asked: async ({ token, conflict }, cancel) =>
        (await this.askers.get(String(token))?.(conflict, cancel)) ?? null,
    });
    client.onDidChangeState(({ newState }) => {
      // The first start is waited for; this is for those after a crash.
      if (client === this.client && newState === State.Running && this.crashes.length > 0) {
        this.greeted(client);
      }
    });
    return client;
  }

  /** Why nothing can be asked of it. */
  get absence(): NotRunning {
    const update = this.difference !== "" ? this.installCommand : undefined;
    const reason = this.difference || (this.program?.lastWords ?? "");
    return new NotRunning(this.current, reason, update);
  }

  get installCommand(): string {
    return installCommand(this.bundled);
  }

  /** It does not run: say so when all of its last words are there. */
  private async fail(): Promise<void> {
    await this.program?.ended;
    if (this.current !== "failed") this.become("failed");
  }

  /** The server has ended by itself: start it again, unless it keeps ending. */
  private closed(): CloseHandlerResult {
    const now = Date.now();
    this.crashes = [...this.crashes.filter((at) => now - at < CRASHES_COUNT), now];
    // One that does not even start would not the next time.
    if (this.crashes.length > MOST_CRASHES || this.current !== "running") {
      void this.fail();
      return { action: CloseAction.DoNotRestart, handled: true };
    }
    this.become("starting");
    return { action: CloseAction.Restart, handled: true };
  }

  private greeted(client: LanguageClient): void {
    const experimental = client.initializeResult?.capabilities.experimental as
      { readonly dotstream?: Announced } | undefined;
    this.announced = experimental?.dotstream ?? {};
    if (this.announced.version !== PROTOCOL_VERSION) {
      this.difference =
        `it speaks version ${String(this.announced.version ?? "0")} of the protocol, and this ` +
        `extension version ${PROTOCOL_VERSION}.`;
      this.log.error(`the server is of another version: ${this.difference}`);
      return; // what becomes of that, whoever has started it decides
    }
    this.become("running");
  }

  private become(state: ServerState): void {
    this.current = state;
    this.stateEmitter.fire(state);
  }
}

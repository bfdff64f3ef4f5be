/** The client of the language server: what it announces, and what it leaves to us. */
import type { ChildProcess } from "node:child_process";
import type { CancellationToken, LogOutputChannel } from "vscode";
import {
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  type CloseHandlerResult,
  type LanguageClientOptions,
  type StaticFeature,
} from "vscode-languageclient/node";
import { PROTOCOL_VERSION, type ConflictAnswer, type ConflictParams } from "../protocol/schema";
import { SECTION, settings } from "./settings";

/**
 * Our own commands, which code actions and code lenses of the server are to call, since they
 * show a plan first.
 */
const CLIENT_COMMANDS = {
  plan: "dotstream.plan",
  apply: "dotstream.change",
  link: "dotstream.link",
  unlink: "dotstream.unlink",
  resolve: "dotstream.resolve",
  diff: "dotstream.diff",
  adopt: "dotstream.adopt",
};

const ANNOUNCEMENT: StaticFeature = {
  fillClientCapabilities(capabilities) {
    capabilities.experimental = {
      ...(capabilities.experimental as object | undefined),
      dotstream: { version: PROTOCOL_VERSION, commands: CLIENT_COMMANDS, conflicts: true },
    };
  },
  initialize() {
    // There is nothing to hook up: the server acts on what it was told.
  },
  getState: () => ({ kind: "static" }),
  clear() {
    // And so nothing to roll back.
  },
};

/** Where its program comes from, and who hears what that says. */
export interface Hooks {
  program(): ChildProcess;
  /** It has ended by itself. */
  closed(): CloseHandlerResult;
  /** Something was changed in a target. */
  changed(): void;
  asked(params: ConflictParams, cancel: CancellationToken): Promise<ConflictAnswer | null>;
}

/** One that leaves it to us to tell what is wrong: it knows of pipes, and not of reasons. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export function createClient(log: LogOutputChannel, hooks: Hooks): LanguageClient {
  const options: LanguageClientOptions = {
    documentSelector: [{ scheme: "file" }],
    outputChannel: log,
    traceOutputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => hooks.closed(),
    },
    // What went wrong is told by whoever has started it.
    initializationFailedHandler: () => false,
    progressOnInitialization: false,
    initializationOptions: { root: settings.root() || null, target: settings.target() || null },
    middleware: {
      provideCodeLenses: (document, cancel, next) =>
        settings.codeLens() ? next(document, cancel) : [],
      provideInlayHints: (document, range, cancel, next) =>
        settings.inlayHints() ? next(document, range, cancel) : [],
    },
  };
  const program = () => Promise.resolve(hooks.program());
  const client = new QuietClient(SECTION, "dotstream", program, options);
  client.registerFeature(ANNOUNCEMENT);
  client.onNotification("dotstream/changed", () => {
    hooks.changed();
  });
  client.onRequest(
    "dotstream/conflict",
    async (params: ConflictParams, cancel: CancellationToken) => await hooks.asked(params, cancel),
  );
  return client;
}

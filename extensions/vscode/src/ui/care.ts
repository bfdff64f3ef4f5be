/** Looking after the links: how they are, what is wrong, what differs. */
import {
  CancellationTokenSource,
  commands,
  env,
  l10n,
  Position,
  Range,
  Uri,
  window,
  workspace,
  type Command,
  type Disposable,
} from "vscode";
import { findingReport } from "../plan/findings";
import { plural } from "../plan/sums";
import type { CommandArgument, Place } from "../protocol/messages";
import type { DiffResult, DoctorResult, Finding, InitResult } from "../protocol/schema";
import { isOpenable } from "../protocol/paths";
import type { Overview, Trouble } from "./overview";
import type { PackagesView } from "./packagesView";
import type { Offer, Reports } from "./reports";
import { chooseRoot, placeAt } from "./roots";
import type { Running } from "./running";
import type { Server } from "./server";

/** Findings that are kept and shown; more are counted. */
const LISTED = 5000;
/** Milliseconds for which the status bar says what was fixed. */
const SAID = 10_000;

export class Care {
  constructor(
    private readonly server: Server,
    private readonly running: Running,
    private readonly overview: Overview,
    private readonly view: PackagesView,
    private readonly reports: Reports,
  ) {}

  register(
    add: (id: string, run: (...args: never[]) => Promise<void>) => Disposable,
  ): Disposable[] {
    return [
      add("dotstream.status", () => this.status()),
      add("dotstream.refreshView", () => this.overview.refresh()),
      add("dotstream.doctor", () => this.doctor(false)),
      add("dotstream.fix", (place?: Place) => this.doctor(true, place)),
      add("dotstream.runInTerminal", (command: string) => {
        typeInTerminal("dotstream", command);
        return Promise.resolve();
      }),
      add("dotstream.diff", (given: CommandArgument) => this.diff(given)),
      add("dotstream.openConfiguration", (given?: Trouble) => openConfiguration(given)),
      add("dotstream.init", () => this.init()),
      add("dotstream.installHelp", () => this.installHelp()),
    ];
  }

  private async status(): Promise<void> {
    if ((await chooseRoot()) === undefined) return;
    await this.view.reveal();
    await this.overview.refresh();
  }

  private async doctor(fix: boolean, given?: Place): Promise<void> {
    const place = given ?? (await chooseRoot());
    if (place === undefined) return;
    const [found, result] = await this.examine(place, fix);
    const { text, rows } = findingReport(found, result, fix);
    const offers = rows.flatMap(({ line, finding }) =>
      actionsOf(place, finding).map((command) => ({ line, command })),
    );
    await this.reports.show("Doctor", text, [...fixAll(place, found), ...offers]);
    // No message: one would stay beside what a later doctor reports.
    if (fix) window.setStatusBarMessage(fixedWords(result), SAID);
  }

  private async examine(place: Place, fix: boolean): Promise<readonly [Finding[], DoctorResult]> {
    const source = new CancellationTokenSource();
    const token = this.server.token();
    const window = this.server.window();
    const found: Finding[] = [];
    const title = fix ? l10n.t("Fixing") : l10n.t("Looking for problems");
    const result = await this.running.run(title, source, async (report) => {
      const reading = this.server.onBatch<Finding>(token, (batch) => {
        if (batch.items === undefined) return;
        found.push(...batch.items.slice(0, LISTED - found.length));
        report({ message: plural(found.length, "finding") });
        this.server.acknowledge(token, batch.seq);
      });
      try {
        const params = { ...place, fix, window, partialResultToken: token };
        return await this.server.request<DoctorResult>("dotstream/doctor", params, source.token);
      } finally {
        reading.dispose();
      }
    });
    return [found, result];
  }

  private async diff(given: CommandArgument): Promise<void> {
    const { root, path } = given;
    if (root === undefined || path === undefined) return;
    const params = { ...placeAt(root), path };
    const found = await this.server.request<DiffResult>("dotstream/diff", params);
    const title = `${found.targetLabel} ↔ ${found.sourceLabel}`;
    switch (found.kind) {
      case "same":
        void window.showInformationMessage(l10n.t("{0}: there is no difference.", title));
        return;
      case "binary":
        void window.showInformationMessage(
          l10n.t("{0}: the files differ and are not text.", title),
        );
        return;
      case "directory":
        void window.showInformationMessage(
          l10n.t("{0}: a directory cannot be shown as a difference.", title),
        );
        return;
      case "missing":
        void window.showInformationMessage(l10n.t("{0}: one of the two does not exist.", title));
        return;
      case "text":
        await this.show(found, title);
    }
  }

  private async show({ source, target, diff }: DiffResult, title: string): Promise<void> {
    if (source !== null && target !== null && isOpenable(source) && isOpenable(target)) {
      await commands.executeCommand("vscode.diff", Uri.parse(target), Uri.parse(source), title);
    } else {
      // VS Code cannot open names that are not UTF-8; the server can.
      await this.reports.show("Difference", diff ?? "", [], "diff");
    }
  }

  private async init(): Promise<void> {
    const folders = workspace.workspaceFolders ?? [];
    const folder = folders.length > 1 ? await window.showWorkspaceFolderPick() : folders[0];
    if (folder === undefined) {
      await commands.executeCommand("vscode.openFolder");
      return;
    }
    const file = Uri.joinPath(folder.uri, "dotstream.toml");
    const there = await workspace.fs.stat(file).then(
      () => true,
      () => false, // which is what is hoped for
    );
    if (!there) {
      await this.server.request<InitResult>("dotstream/init", placeAt(folder.uri.toString()));
    }
    await window.showTextDocument(file);
    await this.overview.refresh();
  }

  private async installHelp(): Promise<void> {
    const { discovery, installCommand } = this.server;
    const copy = l10n.t("Copy");
    const terminal = l10n.t("Install…");
    const set = l10n.t("Settings");
    const again = l10n.t("Retry");
    const pythons = l10n.t(
      "dotstream needs Python 3.11 or newer and found none on PATH or in the Python extension. Install one and retry.",
    );
    const to = l10n.t("To install dotstream: {0}", installCommand);
    const wrong = (program: string) =>
      l10n.t("The setting “dotstream.server.path” names {0}, which is not a program.", program);
    // A Python is what the command would need too.
    const [words, offered] =
      discovery?.found === true
        ? [to, [copy, terminal, set]]
        : discovery?.configured === true
          ? [`${wrong(discovery.tried[0] ?? "")} ${to}`, [copy, terminal, set, again]]
          : [pythons, [again, set]];
    const choice = await window.showWarningMessage(words, ...offered);
    if (choice === copy) await env.clipboard.writeText(installCommand);
    else if (choice === terminal) {
      typeInTerminal(l10n.t("Install dotstream"), installCommand);
    } else if (choice === set) {
      await commands.executeCommand("workbench.action.openSettings", "dotstream.server.path");
    } else if (choice === again) await this.server.restart();
  }
}

/** Type a command for the user to read and run. */
function typeInTerminal(name: string, command: string): void {
  const shell = window.createTerminal(name);
  shell.show();
  shell.sendText(command, false);
}

/** One press for all that needs no decision, if there is any. */
function fixAll(place: Place, found: readonly Finding[]): Offer[] {
  const count = found.filter(({ fixable }) => fixable).length;
  if (count === 0) return [];
  const title = `$(tools) Fix ${plural(count, "finding")}`;
  return [{ line: 0, command: { title, command: "dotstream.fix", arguments: [place] } }];
}

/** What can be done about one finding. */
function actionsOf(place: Place, { kind, path, label, command }: Finding): Command[] {
  const subject = { ...place, path, label };
  return [
    ...(kind.includes("transaction")
      ? [{ title: l10n.t("Recover…"), command: "dotstream.recover", arguments: [place] }]
      : []),
    ...(isOpenable(path)
      ? [{ title: l10n.t("Reveal"), command: "revealInExplorer", arguments: [Uri.parse(path)] }]
      : []),
    ...(kind === "replaced_link" // elsewhere there are no two files
      ? [{ title: l10n.t("Show the difference"), command: "dotstream.diff", arguments: [subject] }]
      : []),
    ...(command === null
      ? []
      : [
          {
            title: l10n.t("In a terminal"),
            command: "dotstream.runInTerminal",
            arguments: [command],
          },
        ]),
  ];
}

function fixedWords({ fixed, findings }: DoctorResult): string {
  const left =
    findings > 0 ? `${plural(findings, "finding")} left to you.` : l10n.t("Nothing is left.");
  return `${plural(fixed, "thing")} fixed. ${left}`;
}

/** Open the configuration, at what is wrong with it if something is. */
async function openConfiguration(trouble?: Trouble): Promise<void> {
  const place = trouble?.place ?? (await chooseRoot());
  if (place === undefined) return;
  const { path, line = 1, column = 1 } = trouble?.fault ?? {};
  const file = path ?? `${place.root}/dotstream.toml`;
  const at = new Position(Math.max(0, line - 1), Math.max(0, column - 1));
  const selection = path === undefined ? {} : { selection: new Range(at, at) };
  await window.showTextDocument(Uri.parse(file), selection);
}

/** Looking after the links: how they are, what is wrong, what differs. */
import {
  CancellationTokenSource,
  commands,
  env,
  Position,
  Range,
  Uri,
  window,
  workspace,
  type Disposable,
} from "vscode";
import { findingLines } from "../plan/findings";
import { plural } from "../plan/sums";
import type { CommandArgument, Place } from "../protocol/messages";
import type { DiffResult, DoctorResult, Finding, InitResult } from "../protocol/schema";
import { isOpenable } from "../protocol/paths";
import { INSTALL_COMMAND } from "../server/discover";
import type { Overview, Trouble } from "./overview";
import { fileOf, type EntryNode, type PackagesView } from "./packagesView";
import type { Reports } from "./reports";
import { chooseRoot, placeAt } from "./roots";
import type { Running } from "./running";
import type { Server } from "./server";

/** Findings that are kept and shown; more are counted. */
const LISTED = 5000;

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
      add("dotstream.fix", () => this.doctor(true)),
      add("dotstream.diff", (given: CommandArgument) => this.diff(given)),
      add("dotstream.compare", (node: EntryNode) =>
        this.diff({ ...node.place, path: node.child.path, label: node.child.label }),
      ),
      add("dotstream.openSource", (node: Pick<EntryNode, "child">) => open(node)),
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

  private async doctor(fix: boolean): Promise<void> {
    const place = await chooseRoot();
    if (place === undefined) return;
    const [found, result] = await this.examine(place, fix);
    await this.reports.show(
      "Doctor",
      findingLines(found, result, fix),
      !fix && result.findings > 0 ? [{ title: "$(tools) Fix", command: "dotstream.fix" }] : [],
    );
    const said = fix
      ? fixedWords(result)
      : result.findings === 0
        ? "dotstream found nothing wrong."
        : undefined; // the report says it all
    if (said !== undefined) void window.showInformationMessage(said);
  }

  private async examine(place: Place, fix: boolean): Promise<readonly [Finding[], DoctorResult]> {
    const source = new CancellationTokenSource();
    const token = this.server.token();
    const window = this.server.window();
    const found: Finding[] = [];
    const title = fix ? "Fixing" : "Looking for problems";
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
        void window.showInformationMessage(`${title}: there is no difference.`);
        return;
      case "binary":
        void window.showInformationMessage(`${title}: the files differ, and are not text.`);
        return;
      case "directory":
        void window.showInformationMessage(
          `${title}: a directory cannot be shown as a difference.`,
        );
        return;
      case "missing":
        void window.showInformationMessage(`${title}: one of them does not exist.`);
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
    const { discovery } = this.server;
    const copy = "Copy";
    const terminal = "Install…";
    const set = "Settings";
    const again = "Retry";
    const why =
      discovery?.found === false && discovery.configured
        ? `The setting “dotstream.server.path” names ${discovery.tried[0] ?? ""}, which is not a program.`
        : "The program “dotstream” was not found in the Python environment, on PATH or in ~/.local/bin.";
    const choice = await window.showWarningMessage(
      `${why} To install dotstream: ${INSTALL_COMMAND}`,
      copy,
      terminal,
      set,
      again,
    );
    if (choice === copy) await env.clipboard.writeText(INSTALL_COMMAND);
    else if (choice === terminal) {
      const shell = window.createTerminal("Install dotstream");
      shell.show();
      shell.sendText(INSTALL_COMMAND, false);
    } else if (choice === set) {
      await commands.executeCommand("workbench.action.openSettings", "dotstream.server.path");
    } else if (choice === again) await this.server.restart();
  }
}

function fixedWords({ fixed, findings }: DoctorResult): string {
  const left = findings > 0 ? `${plural(findings, "finding")} left to you.` : "Nothing is left.";
  return `${plural(fixed, "thing")} fixed. ${left}`;
}

async function open({ child }: Pick<EntryNode, "child">): Promise<void> {
  const file = fileOf(child);
  if (file === undefined) {
    void window.showInformationMessage(
      `VS Code cannot open ${child.label}: its name is not UTF-8. dotstream handles it all the same.`,
    );
    return;
  }
  await commands.executeCommand("vscode.open", file);
}

/** Open the configuration, at what is wrong with it if something is. */
async function openConfiguration(trouble?: Trouble): Promise<void> {
  const place = trouble?.place ?? (await chooseRoot());
  if (place === undefined) return;
  const { uri, line = 1, column = 1 } = trouble?.fault ?? {};
  const file = uri ?? `${place.root}/dotstream.toml`;
  const at = new Position(Math.max(0, line - 1), Math.max(0, column - 1));
  const selection = uri === undefined ? {} : { selection: new Range(at, at) };
  await window.showTextDocument(Uri.parse(file), selection);
}

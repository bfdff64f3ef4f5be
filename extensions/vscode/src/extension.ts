/** Wiring only: what there is, what listens to what, and what is taken down at the end. */
import { commands, Uri, window, workspace, type Disposable, type ExtensionContext } from "vscode";
import { Changes } from "./ui/changes";
import { Decorations } from "./ui/decorations";
import { telling } from "./ui/failures";
import { PlanEditor } from "./ui/planEditor";
import { Plans } from "./ui/plans";
import { Running } from "./ui/running";
import { Server } from "./ui/server";
import { SECTION } from "./ui/settings";

let server: Server | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const log = window.createOutputChannel("Dotstream", { log: true });
  const started = new Server(log);
  server = started;
  const running = new Running();
  const plans = new Plans(started, running);
  const changes = new Changes(started, plans);
  const add = (id: string, run: (...args: never[]) => Promise<void>): Disposable =>
    commands.registerCommand(id, telling(log, run));

  context.subscriptions.push(
    log,
    started,
    running,
    plans,
    new PlanEditor(plans),
    new Decorations(plans),
    ...changes.register(add),
    add("dotstream.cancel", async (uri?: Uri) => {
      const plan = uri instanceof Uri ? plans.at(uri) : undefined;
      if (plan !== undefined) plan.cancel();
      else if (running.cancelAll() === 0) {
        await window.showInformationMessage("dotstream: nothing is under way.");
      }
    }),
    running.onDidChange(() => {
      void commands.executeCommand("setContext", "dotstream.busy", running.message !== undefined);
    }),
    add("dotstream.restart", () => started.restart()),
    add("dotstream.showLog", async () => {
      log.show();
      await Promise.resolve();
    }),
    workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration(`${SECTION}.server`)) await started.restart();
    }),
    workspace.onDidGrantWorkspaceTrust(() => started.restart()),
  );
  await started.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

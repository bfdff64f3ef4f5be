/** Wiring only: what there is, what listens to what, and what is taken down at the end. */
import {
  commands,
  l10n,
  Uri,
  window,
  workspace,
  type Disposable,
  type ExtensionContext,
} from "vscode";
import { Badges } from "./ui/badges";
import { Care } from "./ui/care";
import { Changes } from "./ui/changes";
import { Decorations } from "./ui/decorations";
import { registerEntries } from "./ui/entries";
import { tell, telling } from "./ui/failures";
import { showLog } from "./ui/log";
import { Overview } from "./ui/overview";
import { PackagesView } from "./ui/packagesView";
import { Past } from "./ui/past";
import { PlanCommands } from "./ui/planCommands";
import { PlanLenses } from "./ui/planLenses";
import { PlanReading } from "./ui/planReading";
import { Plans } from "./ui/plans";
import { Reports } from "./ui/reports";
import { roots, rootsHere } from "./ui/roots";
import { Running } from "./ui/running";
import { Server } from "./ui/server";
import { SECTION } from "./ui/settings";
import { StatusBar } from "./ui/statusBar";
import { keepToml } from "./ui/toml";

let server: Server | undefined;

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel("Dotstream", { log: true });
  const started = new Server(log, context.asAbsolutePath("bundled/dotstream.py"));
  server = started;
  const running = new Running();
  const overview = new Overview(started, running, log);
  const plans = new Plans(started, running, overview, context.workspaceState);
  const reports = new Reports();
  const view = new PackagesView(started, overview);
  const changes = new Changes(started, plans, overview);
  const past = new Past(started, running, changes, log);
  const care = new Care(started, running, overview, view, reports);
  const add = (id: string, run: (...args: never[]) => Promise<void>): Disposable =>
    commands.registerCommand(id, telling(log, run));
  const addAsking = (id: string, run: (...args: never[]) => Promise<void>): Disposable =>
    add(id, async (...args) => {
      await started.settled();
      await run(...args);
    });

  context.subscriptions.push(
    log,
    started,
    running,
    plans,
    reports,
    overview,
    view,
    new PlanLenses(plans),
    new PlanReading(plans),
    new Decorations(plans),
    new StatusBar(overview, running),
    new Badges(started, overview),
    keepToml(),
    ...changes.register(addAsking),
    ...new PlanCommands(plans).register(addAsking),
    ...registerEntries(addAsking),
    ...past.register(addAsking),
    ...care.register(addAsking),
    add("dotstream.showMore", (node: Parameters<PackagesView["more"]>[0]) => view.more(node)),
    add("dotstream.cancel", async (uri?: Uri) => {
      const plan = uri instanceof Uri ? plans.at(uri) : undefined;
      if (plan !== undefined) plan.cancel();
      else if (running.cancelAll() === 0) {
        await window.showInformationMessage(l10n.t("dotstream: nothing is under way."));
      }
    }),
    add("dotstream.restart", () => started.restart()),
    add("dotstream.showLog", () => showLog(log)),
    workspace.onDidChangeConfiguration(async (event) => {
      const decisive = ["server", "root", "target"].some((key) =>
        event.affectsConfiguration(`${SECTION}.${key}`),
      );
      if (decisive && started.wanted) await started.restart();
    }),
    workspace.onDidGrantWorkspaceTrust(() => started.restart()),
    workspace.onDidChangeWorkspaceFolders(() => startWhereWanted(started)),
    started.onDidChangeState(async (state) => {
      if (state === "failed") void tell(log, started.absence);
      if (state === "missing" && (await roots()).length > 0) {
        void commands.executeCommand("dotstream.installHelp");
      }
    }),
  );
  void startWhereWanted(started);
  void telling(log, () => plans.restore())();
}

/** Start the server for a window with dotfiles; any other is left in peace until it asks. */
async function startWhereWanted(server: Server): Promise<void> {
  if ((await rootsHere()).length > 0) server.ensure();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** The commands that change a target: each shows its plan, and applies what was shown. */
import { commands, Uri, window, type Disposable } from "vscode";
import type { PlanRequest } from "../plan/request";
import { withOptions } from "../plan/request";
import { operations, sentence } from "../plan/sums";
import type { CommandArgument, Place } from "../protocol/messages";
import type { Action, Policy } from "../protocol/words";
import { chooseAction, chooseHome, choosePackages } from "./choosing";
import { chooseRoot, placeAt } from "./roots";
import type { Plans } from "./plans";
import type { PlanSession } from "./session";
import type { Server } from "./server";
import { planOptions, settings } from "./settings";

/** A package of the Dotfiles view, which its inline buttons hand over. */
export interface PackageNode {
  readonly place: Place;
  readonly package: { readonly name: string };
}

interface ResolveArgument extends CommandArgument {
  /** The plan whose lens it was; without it, the conflict is one of an ordinary file. */
  readonly plan?: Uri;
}

export class Changes {
  constructor(
    private readonly server: Server,
    private readonly plans: Plans,
  ) {}

  register(
    add: (id: string, run: (...args: never[]) => Promise<void>) => Disposable,
  ): Disposable[] {
    return [
      add("dotstream.plan", (given?: CommandArgument) => this.plan(given)),
      add("dotstream.manage", (node?: PackageNode) => this.change("manage", node)),
      add("dotstream.unmanage", (node?: PackageNode) => this.change("unmanage", node)),
      add("dotstream.remanage", (node?: PackageNode) => this.change("remanage", node)),
      add("dotstream.adopt", (given?: Uri | CommandArgument, all?: Uri[]) =>
        this.adopt(given, all),
      ),
      add("dotstream.change", (given: CommandArgument) =>
        this.forPackage(given, settings.previewFirst()),
      ),
      add("dotstream.apply", (uri?: Uri) => this.apply(uri)),
      add("dotstream.refreshPlan", (uri?: Uri) => this.refresh(uri)),
      add("dotstream.forgetChoices", (uri: Uri) => this.forgetChoices(uri)),
      add("dotstream.discard", () => this.discard()),
      add("dotstream.resolve", (given: ResolveArgument) => this.resolve(given)),
      add("dotstream.resolveAll", async (uri: Uri, policy: Policy) => {
        await this.plans.at(uri)?.resolveAll(policy);
      }),
    ];
  }

  /** Show the plan of a request, and offer to apply it when it is there. */
  async propose(request: PlanRequest, preview = true): Promise<void> {
    const session = this.plans.session(request);
    if (preview) await this.plans.show(session);
    await session.plan(request);
    await this.offer(session, preview);
    if (!preview) this.plans.forgetClosed();
  }

  private async plan(given?: CommandArgument): Promise<void> {
    if (given?.root !== undefined && given.package != null) {
      await this.forPackage(given, true);
      return;
    }
    const place = await chooseRoot();
    if (place === undefined) return;
    const action = await chooseAction();
    if (action === undefined) return;
    const packages = await choosePackages(this.server, place, action);
    if (packages !== undefined) await this.propose(request(place, action, packages));
  }

  private async change(action: Action, node?: PackageNode): Promise<void> {
    const place = node?.place ?? (await chooseRoot());
    if (place === undefined) return;
    const packages =
      node === undefined ? await choosePackages(this.server, place, action) : [node.package.name];
    if (packages === undefined) return;
    await this.propose(request(place, action, packages), settings.previewFirst());
  }

  private async forPackage(given: CommandArgument, preview: boolean): Promise<void> {
    const action = given.action ?? "manage";
    const place = placeIn(given) ?? (await chooseRoot());
    if (place === undefined) return;
    const packages =
      given.package == null ? await choosePackages(this.server, place, action) : [given.package];
    if (packages !== undefined) await this.propose(request(place, action, packages), preview);
  }

  private async adopt(given?: Uri | CommandArgument, all?: Uri[]): Promise<void> {
    const argument = given === undefined || given instanceof Uri ? undefined : given;
    const paths = argument?.path === undefined ? await filesOf(given, all) : [argument.path];
    if (paths.length === 0) return;
    const place = placeIn(argument) ?? (await chooseRoot());
    if (place === undefined) return;
    const home = argument?.package ?? (await chooseHome(this.server, place));
    if (home === undefined) return;
    const params = { ...place, action: "adopt" as const, packages: [home], paths };
    await this.propose({ kind: "change", params }, true);
  }

  private async apply(uri?: Uri): Promise<void> {
    const session = this.found(uri);
    if (session === undefined) {
      void window.showInformationMessage("There is no plan to apply. Run “Dotstream: Plan” first.");
    } else if (session.ready) {
      await this.carryOut(session);
    } else {
      await this.explain(session);
    }
  }

  private async refresh(uri?: Uri): Promise<void> {
    await this.found(uri)?.plan();
  }

  private async forgetChoices(uri: Uri): Promise<void> {
    const session = this.plans.at(uri);
    await session?.plan(withOptions(session.asked, planOptions()));
  }

  private async discard(): Promise<void> {
    await commands.executeCommand("workbench.action.closeActiveEditor");
  }

  private async resolve(given: ResolveArgument): Promise<void> {
    const { path, policy } = given;
    if (path === undefined || policy === undefined) return;
    const open = given.plan === undefined ? undefined : this.plans.at(given.plan);
    if (open !== undefined) {
      await open.resolve(path, policy);
      return;
    }
    const place = placeIn(given) ?? (await chooseRoot());
    if (place === undefined || given.package == null) return;
    const options = { ...planOptions(), resolutions: { [path]: policy } };
    const params = { ...place, action: "manage" as const, packages: [given.package], options };
    await this.propose({ kind: "change", params }, true);
  }

  private found(uri?: Uri): PlanSession | undefined {
    return uri instanceof Uri ? this.plans.at(uri) : this.plans.current();
  }

  /** Say how a plan came out; apply it, at a click or at once where nothing was to be shown. */
  private async offer(session: PlanSession, preview: boolean): Promise<void> {
    if (session.ready && !preview) {
      await this.carryOut(session);
    } else if (session.ready) {
      const words = sentence(session.counts, session.summary?.unchanged ?? 0, false);
      const choice = await window.showInformationMessage(`${session.title}: ${words}`, "Apply");
      if (choice === "Apply") await this.apply(session.uri);
    } else {
      if (!preview && session.state === "planned" && operations(session.counts) > 0) {
        await this.plans.show(session);
      }
      await this.explain(session);
    }
  }

  private async carryOut(session: PlanSession): Promise<void> {
    const done = await session.apply();
    if (done === undefined) return;
    const words = sentence(done.counts, 0, true);
    const undo = done.transaction == null ? [] : ["Undo"];
    const choice = await window.showInformationMessage(`${session.title}: ${words}`, ...undo);
    if (choice === "Undo") {
      await commands.executeCommand("dotstream.undo", { transaction: done.transaction });
    }
  }

  /** Say why a plan cannot be applied as it is. */
  private async explain(session: PlanSession): Promise<void> {
    const { fault, summary, title } = session;
    if (fault !== undefined) {
      if (!fault.cancelled) void window.showErrorMessage(`${title}: ${fault.message}`);
      return;
    }
    if (session.state !== "planned" || summary === undefined) return;
    const words = sentence(summary.counts, summary.unchanged, false);
    if (summary.conflicts + summary.errors === 0) {
      void window.showInformationMessage(`${title}: ${words}`);
      return;
    }
    if (this.plans.isVisible(session)) return; // which says so itself, with what can be done
    const choice = await window.showWarningMessage(
      `${title}: ${words}. Nothing is changed until each conflict has an answer.`,
      "Show Plan",
    );
    if (choice === "Show Plan") await this.plans.show(session);
  }
}

function request(place: Place, action: Action, packages: readonly string[]): PlanRequest {
  return { kind: "change", params: { ...place, action, packages, options: planOptions() } };
}

function placeIn(given: CommandArgument | undefined): Place | undefined {
  if (given?.root === undefined) return undefined;
  // Its target is left alone: naming one would win over the targets of single packages.
  return placeAt(given.root);
}

/** The files that a command is for: those of the menu, or the active editor's, or asked for. */
async function filesOf(given: unknown, all?: Uri[]): Promise<string[]> {
  const marked = Array.isArray(all) && all.length > 0 ? all : given instanceof Uri ? [given] : [];
  const active = window.activeTextEditor?.document.uri;
  const files = marked.length > 0 || active?.scheme !== "file" ? marked : [active];
  if (files.length > 0) return files.map((uri) => uri.toString());
  const chosen = await window.showOpenDialog({
    title: "Files to adopt into a package",
    openLabel: "Adopt",
    canSelectMany: true,
    canSelectFolders: true,
    canSelectFiles: true,
  });
  return (chosen ?? []).map((uri) => uri.toString());
}

/** The commands that change a target: each shows its plan, and applies what was shown. */
import { commands, l10n, Uri, window, type Disposable } from "vscode";
import type { PlanRequest } from "../plan/request";
import { operations, sentence } from "../plan/sums";
import type { CommandArgument, Place, Summary } from "../protocol/messages";
import type { Action } from "../protocol/words";
import { agree } from "./agreement";
import { asking, chooseAction, chooseHome, choosePackages, type Chosen } from "./choosing";
import type { Overview } from "./overview";
import type { EntryNode } from "./packagesView";
import type { Plans } from "./plans";
import { chooseRoot, placeAt } from "./roots";
import type { Server } from "./server";
import type { PlanSession } from "./session";
import { settings } from "./settings";

/** A package of the Dotfiles view, which its inline buttons hand over. */
export interface PackageNode {
  readonly place: Place;
  readonly package: { readonly name: string };
}

export class Changes {
  constructor(
    private readonly server: Server,
    private readonly plans: Plans,
    private readonly overview: Overview,
  ) {}

  register(
    add: (id: string, run: (...args: never[]) => Promise<void>) => Disposable,
  ): Disposable[] {
    return [
      add("dotstream.plan", (given?: CommandArgument) => this.plan(given)),
      add("dotstream.manage", (node?: PackageNode) => this.change("manage", node)),
      add("dotstream.unmanage", (node?: PackageNode) => this.change("unmanage", node)),
      add("dotstream.removeUnwanted", ({ place }: PackageNode) =>
        this.propose(request(place, "remanage", {})),
      ),
      add("dotstream.remanage", (node?: PackageNode) => this.change("remanage", node)),
      add("dotstream.adopt", (given?: Uri | CommandArgument, all?: Uri[]) =>
        this.adopt(given, all),
      ),
      add("dotstream.adoptOut", (node: EntryNode) => this.adoptOut(node)),
      add("dotstream.change", (given: CommandArgument) => this.forPackage(given)),
      add("dotstream.link", (given: CommandArgument) => this.single("link", given)),
      add("dotstream.unlink", (given: CommandArgument) => this.single("unlink", given)),
      add("dotstream.resolve", (given: CommandArgument) => this.resolve(given)),
      add("dotstream.apply", (uri?: Uri, attempt?: number) => this.apply(uri, attempt)),
    ];
  }

  /** Show the plan of a request, and offer to apply it when it is there. */
  async propose(
    request: PlanRequest,
    preview = settings.previewFirst(request.params.root),
  ): Promise<void> {
    const session = this.plans.session(request);
    if (!preview) {
      await this.carryOutAtOnce(session, request);
      return;
    }
    await Promise.all([this.plans.show(session), session.plan(request)]);
    await this.explain(session);
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
    const chosen = await this.choose(place, action);
    if (chosen !== undefined) await this.propose(request(place, action, chosen), true);
  }

  private async change(action: Action, node?: PackageNode): Promise<void> {
    const place = node?.place ?? (await chooseRoot());
    if (place === undefined) return;
    const chosen =
      node === undefined ? await this.choose(place, action) : { packages: [node.package.name] };
    if (chosen === undefined) return;
    await this.propose(request(place, action, chosen));
  }

  private async forPackage(given: CommandArgument, preview?: boolean): Promise<void> {
    const action = given.action ?? "manage";
    const place = placeIn(given) ?? (await chooseRoot());
    if (place === undefined) return;
    const chosen =
      given.package == null ? await this.choose(place, action) : { packages: [given.package] };
    if (chosen !== undefined) await this.propose(request(place, action, chosen), preview);
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

  /** Move a file of a package back to where it is linked. */
  private async adoptOut({ place, child }: EntryNode): Promise<void> {
    const given = { paths: [child.path], out: true };
    await this.propose({ kind: "change", params: { ...place, action: "adopt", ...given } }, true);
  }

  private async choose(place: Place, action: Action): Promise<Chosen | undefined> {
    return await choosePackages(this.server, this.overview, place, action);
  }

  /** Link or unlink one file. */
  private async single(kind: "link" | "unlink", given: CommandArgument): Promise<void> {
    const params = fileIn(given);
    if (params !== undefined) await this.propose({ kind, params });
  }

  /** Settle the conflict of one file, outside of any plan. */
  private async resolve(given: CommandArgument): Promise<void> {
    const { policy } = given;
    const file = fileIn(given);
    if (file === undefined || policy === undefined || policy === "fail") return;
    const params = { ...file, policy };
    if (policy === "skip") {
      await this.server.request("dotstream/resolve", params); // which only hides its diagnostic
    } else {
      await this.propose({ kind: "resolve", params });
    }
  }

  private async apply(uri?: Uri, attempt?: number): Promise<void> {
    const session = uri instanceof Uri ? this.plans.at(uri) : this.plans.current();
    if (session === undefined) {
      void window.showInformationMessage(
        l10n.t("There is no plan to apply. Run “Dotstream: Plan” first."),
      );
    } else if (session.ready && session.offers(attempt ?? session.attempt.number)) {
      await this.carryOut(session);
    } else {
      await this.explain(session);
    }
  }

  /** Plan and apply without a look, as the user has it set; what is in the way is asked about. */
  private async carryOutAtOnce(session: PlanSession, request: PlanRequest): Promise<void> {
    await session.plan(
      request,
      "",
      asking((row, policy) => {
        session.choose(row, policy);
      }),
    );
    if (session.ready) await this.carryOut(session);
    else if (session.attempt.state === "planned" && session.inTheWay > 0) {
      await this.plans.show(session);
    } else await this.explain(session);
    this.plans.leave(session.uri.toString());
  }

  private async carryOut(session: PlanSession): Promise<void> {
    const { place, title } = session;
    const done = await this.applied(session);
    this.plans.leave(session.uri.toString()); // its tab may have been closed meanwhile
    if (done === false) return;
    if (done === undefined) {
      const changed = l10n.t("{0}: something has changed; nothing was done.", title);
      if (this.plans.isVisible(session)) void window.showWarningMessage(changed);
      else await this.offerToShow(session, changed);
      return;
    }
    const words = sentence(done.counts, 0, true);
    const undo = done.transaction == null ? [] : [l10n.t("Undo")];
    const choice = await window.showInformationMessage(`${title}: ${words}`, ...undo);
    if (choice !== undefined) {
      await commands.executeCommand("dotstream.undo", { place, transaction: done.transaction });
    }
  }

  /** Apply, if need be after the user has agreed to what the repository asks for. */
  private async applied(session: PlanSession): Promise<Summary | undefined | false> {
    try {
      return await session.apply();
    } catch (error) {
      const wishes = session.attempt.fault?.wishes;
      if (wishes === undefined) throw error;
      if (!(await agree(this.server, session.place, wishes))) return false;
      return await session.apply();
    }
  }

  /** Say how a plan came out, where it does not say so itself before the user's eyes. */
  private async explain(session: PlanSession): Promise<void> {
    const { title, attempt } = session;
    const { fault, summary } = attempt;
    if (fault !== undefined) {
      if (!fault.cancelled && !fault.gone)
        void window.showErrorMessage(`${title}: ${fault.message}`);
    } else if (attempt.state === "planned" && summary !== undefined) {
      const words = `${title}: ${sentence(summary.counts, summary.unchanged, false)}`;
      if (this.plans.isVisible(session)) return;
      if (operations(summary.counts) + session.inTheWay > 0) await this.offerToShow(session, words);
      else void window.showInformationMessage(words);
    }
  }

  /** A message whose button does something as long as it is there. */
  private async offerToShow(session: PlanSession, words: string): Promise<void> {
    const { asked } = session;
    const choice = await window.showInformationMessage(words, l10n.t("Show Plan"));
    if (choice === undefined) return;
    const shown = this.plans.session(asked);
    await this.plans.show(shown);
    if (shown !== session || shown.attempt.state !== "planned") await shown.plan(asked);
  }
}

function request(place: Place, action: Action, chosen: Chosen): PlanRequest {
  return { kind: "change", params: { ...place, action, ...chosen } };
}

function placeIn(given: CommandArgument | undefined): Place | undefined {
  if (given?.root === undefined) return undefined;
  // Its target is left alone: naming one would win over the targets of single packages.
  return placeAt(given.root);
}

/** The one file that a lens or quick fix of the server is about. */
function fileIn(given: CommandArgument) {
  const place = placeIn(given);
  const { path, package: name, source, label } = given;
  if (place === undefined || path === undefined) return undefined;
  return {
    ...place,
    path,
    ...(name == null ? {} : { package: name }),
    ...(source == null ? {} : { source }),
    ...(label === undefined ? {} : { label }),
  };
}

/** The files that a command is for: those of the menu, or the active editor's, or asked for. */
async function filesOf(given: unknown, all?: Uri[]): Promise<string[]> {
  const marked = Array.isArray(all) && all.length > 0 ? all : given instanceof Uri ? [given] : [];
  const active = window.activeTextEditor?.document.uri;
  const files = marked.length > 0 || active?.scheme !== "file" ? marked : [active];
  if (files.length > 0) return files.map((uri) => uri.toString());
  const chosen = await window.showOpenDialog({
    title: l10n.t("Files to adopt into a package"),
    openLabel: l10n.t("Adopt"),
    canSelectMany: true,
    canSelectFolders: true,
    canSelectFiles: true,
  });
  return (chosen ?? []).map((uri) => uri.toString());
}

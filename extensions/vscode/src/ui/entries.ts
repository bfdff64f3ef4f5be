/** What can be done with a file or directory of the Dotfiles view. */
import { commands, env, l10n, Uri, window, type Disposable } from "vscode";
import { choicesOf, titleOfChoice } from "../plan/choices";
import { isOpenable } from "../protocol/paths";
import type { Child, PathUri } from "../protocol/schema";
import { POLICIES } from "../protocol/words";
import type { EntryNode } from "./packagesView";

export function registerEntries(
  add: (id: string, run: (...args: never[]) => Promise<void>) => Disposable,
): Disposable[] {
  return [
    add("dotstream.openSource", ({ child }: Pick<EntryNode, "child">) =>
      open(child, child.source ?? child.path),
    ),
    add("dotstream.openTarget", ({ child }: EntryNode) => open(child, child.path)),
    add("dotstream.revealSource", ({ child }: EntryNode) =>
      withFile(child, child.source ?? child.path, "revealInExplorer"),
    ),
    add("dotstream.copyPath", async ({ child }: EntryNode) => {
      await env.clipboard.writeText(decoded(child.path));
    }),
    add("dotstream.settleEntry", settle),
    add("dotstream.compare", async ({ place, child }: EntryNode) => {
      const given = { ...place, path: child.path, label: child.label };
      await commands.executeCommand("dotstream.diff", given);
    }),
  ];
}

async function open(child: Child, uri: PathUri): Promise<void> {
  await withFile(child, uri, child.expandable ? "revealInExplorer" : "vscode.open");
}

async function withFile(child: Child, uri: PathUri, command: string): Promise<void> {
  if (isOpenable(uri)) {
    await commands.executeCommand(command, Uri.parse(uri));
    return;
  }
  void window.showInformationMessage(
    l10n.t(
      "VS Code cannot open {0}: its name is not UTF-8. dotstream handles it all the same.",
      child.label,
    ),
  );
}

async function settle({ place, child, package: { name } }: EntryNode): Promise<void> {
  const items = choicesOf(child.rows).map((policy) => ({
    label: titleOfChoice(policy),
    detail: POLICIES[policy].meaning,
    policy,
  }));
  const picked = await window.showQuickPick(items, { title: l10n.t("Settle {0}", child.label) });
  if (picked === undefined) return;
  const { path, label } = child;
  const given = { root: place.root, path, label, package: name, policy: picked.policy };
  await commands.executeCommand("dotstream.resolve", given);
}

function decoded(uri: PathUri): string {
  return isOpenable(uri) ? Uri.parse(uri).fsPath : uri;
}

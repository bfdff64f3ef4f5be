/** Questions to the user: which packages, which way. */
import { window, type CancellationToken, type QuickPickItem } from "vscode";
import { choicesOf, titleOfChoice } from "../plan/choices";
import { isManaged } from "../plan/states";
import { plural } from "../plan/sums";
import type { Place } from "../protocol/messages";
import { oneLine } from "../protocol/paths";
import type { PackageStatus, PackagesResult, Row } from "../protocol/schema";
import { POLICIES, type Action, type Policy } from "../protocol/words";
import type { Ask, Server } from "./server";

const ACTIONS: readonly (QuickPickItem & { readonly action: Action })[] = [
  { label: "Manage", detail: "Make the links of packages", action: "manage" },
  { label: "Unmanage", detail: "Remove the links of packages", action: "unmanage" },
  { label: "Remanage", detail: "Bring the links of packages up to date", action: "remanage" },
];

/**
 * Ask about conflicts as they are met; the same can be chosen for all that follow.
 *
 * @param chosen is told of each choice.
 */
export function asking(chosen: (row: Row, policy: Policy) => void): Ask {
  let all: Policy | undefined;
  return async (row, cancel) => {
    const offered = choicesOf([row]);
    const policy = all !== undefined && offered.includes(all) ? all : undefined;
    const picked = policy === undefined ? await ask(row, offered, cancel) : { policy, rest: true };
    if (picked === undefined) return { cancel: true };
    if (picked.rest) all = picked.policy;
    chosen(row, picked.policy);
    return { policy: picked.policy };
  };
}

interface Answer extends QuickPickItem {
  readonly policy: Policy;
  readonly rest: boolean;
}

async function ask(
  row: Row,
  offered: readonly Policy[],
  cancel: CancellationToken,
): Promise<Answer | undefined> {
  const one = offered.map((policy): Answer => ({
    label: titleOfChoice(policy),
    detail: POLICIES[policy].meaning,
    policy,
    rest: false,
  }));
  const rest = offered.map((policy): Answer => ({
    label: `${titleOfChoice(policy)} this and all that follow`,
    policy,
    rest: true,
  }));
  const title = `${oneLine(row.label)}: ${oneLine(row.message ?? "")}`;
  return await window.showQuickPick([...one, ...rest], { title, ignoreFocusOut: true }, cancel);
}

export async function chooseAction(): Promise<Action | undefined> {
  return (await window.showQuickPick(ACTIONS, { title: "Plan what?" }))?.action;
}

/** Names of packages to act on, several at once; `undefined` if the user turns away. */
export async function choosePackages(
  server: Server,
  place: Place,
  action: Action,
): Promise<readonly string[] | undefined> {
  const found = await server.request<PackagesResult>("dotstream/packages", place);
  const choices = found.packages
    .filter((each) => each.active)
    .map((each) => ({ label: each.name }));
  if (choices.length === 0) {
    void window.showInformationMessage(`There are no packages in ${found.rootLabel}.`);
    return undefined;
  }
  const picked = await window.showQuickPick(choices, {
    title: `Packages to ${action} in ${found.targetLabel}`,
    placeHolder: "Type to filter; tick several",
    canPickMany: true,
  });
  return picked === undefined || picked.length === 0 ? undefined : picked.map(({ label }) => label);
}

/** The package that files are moved into: one that is there, or a new name. */
export async function chooseHome(server: Server, place: Place): Promise<string | undefined> {
  const found = await server.request<PackagesResult>("dotstream/packages", place);
  const names = found.packages.map(({ name }) => name);
  return await new Promise((resolve) => {
    const pick = window.createQuickPick();
    const items = names.map((label): QuickPickItem => ({ label }));
    pick.title = "Adopt into which package?";
    pick.placeholder = "Choose a package, or type the name of a new one";
    pick.items = items;
    pick.onDidChangeValue((value) => {
      const fresh = value.trim();
      pick.items =
        fresh === "" || names.includes(fresh)
          ? items
          : [...items, { label: fresh, description: "new package", alwaysShow: true }];
    });
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]?.label);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** `managed · 12 links`, or `1 conflict · 2 changes due`. */
export function statusWords(status: PackageStatus): string {
  return [
    ...(status.state === "conflict" ? (isManaged(status) ? [] : ["unmanaged"]) : [status.state]),
    ...(status.conflicts > 0 ? [plural(status.conflicts, "conflict")] : []),
    ...(status.errors > 0 ? [plural(status.errors, "error")] : []),
    ...(status.changes > 0 ? [`${plural(status.changes, "change")} due`] : []),
    ...(status.links > 0 ? [plural(status.links, "link")] : []),
  ].join(" · ");
}

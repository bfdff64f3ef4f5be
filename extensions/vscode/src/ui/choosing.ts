/** Questions to the user: which packages, which way. */
import {
  l10n,
  QuickPickItemKind,
  window,
  type CancellationToken,
  type QuickPickItem,
} from "vscode";
import { choicesOf, titleOfChoice } from "../plan/choices";
import { isManaged } from "../plan/states";
import { plural } from "../plan/sums";
import type { Place } from "../protocol/messages";
import { oneLine } from "../protocol/paths";
import type { PackageStatus, PackagesResult, Row } from "../protocol/schema";
import { POLICIES, type Action, type Policy } from "../protocol/words";
import type { Overview } from "./overview";
import type { Ask, Server } from "./server";

const ACTIONS: readonly (QuickPickItem & { readonly action: Action })[] = [
  { label: l10n.t("Manage"), detail: l10n.t("Make the links of packages"), action: "manage" },
  { label: l10n.t("Unmanage"), detail: l10n.t("Remove the links of packages"), action: "unmanage" },
  {
    label: l10n.t("Remanage"),
    detail: l10n.t("Bring the links of packages up to date"),
    action: "remanage",
  },
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
    label: l10n.t("{0} this and all that follow", titleOfChoice(policy)),
    policy,
    rest: true,
  }));
  const title = `${oneLine(row.label)}: ${oneLine(row.message ?? "")}`;
  return await window.showQuickPick([...one, ...rest], { title, ignoreFocusOut: true }, cancel);
}

export async function chooseAction(): Promise<Action | undefined> {
  return (await window.showQuickPick(ACTIONS, { title: l10n.t("Plan what?") }))?.action;
}

/** What is acted on: packages, or a profile of the configuration. */
export interface Chosen {
  readonly packages?: readonly string[];
  readonly profile?: string;
}

interface Choice extends QuickPickItem {
  readonly packages: readonly string[];
  readonly profile?: string;
}

/** Packages to act on, several at once, or a profile; `undefined` if the user turns away. */
export async function choosePackages(
  server: Server,
  overview: Overview,
  place: Place,
  action: Action,
): Promise<Chosen | undefined> {
  const found = await server.request<PackagesResult>("dotstream/packages", place);
  const statuses = overview.statusesOf(place);
  // Who manages one and unmanages it at once is ahead of what is known of it.
  const all = action !== "unmanage" || !overview.isCurrent;
  const packages = packageChoices(found, statuses, all);
  if (packages.length === 0) {
    const none = action === "unmanage" ? "No package is managed" : "There are no packages";
    void window.showInformationMessage(`${none} in ${found.rootLabel}.`);
    return undefined;
  }
  const profiles = found.profiles.map((profile): Choice => {
    const names = profile.packages.map(oneLine).join(", ");
    const { name } = profile;
    return { label: oneLine(name), description: names, packages: profile.packages, profile: name };
  });
  const items =
    profiles.length === 0
      ? packages
      : [...separated(l10n.t("Profiles"), profiles), ...separated(l10n.t("Packages"), packages)];
  const picked = await pickSeveral(items, {
    title: `Packages to ${action} in ${found.targetLabel}`,
    placeholder: l10n.t("Type to filter; tick several, or press Enter for one"),
  });
  const [first, ...others] = picked;
  if (first === undefined) return undefined;
  if (others.length === 0 && first.profile !== undefined) return { profile: first.profile };
  return { packages: [...new Set(picked.flatMap((each) => each.packages))] };
}

/** Each package with how it stands, or only what is managed. */
function packageChoices(
  { packages }: PackagesResult,
  statuses: ReadonlyMap<string, PackageStatus>,
  all: boolean,
): Choice[] {
  return packages
    .filter(({ active }) => active)
    .map(({ name }) => ({ name, status: statuses.get(name) }))
    .filter(({ status }) => all || status === undefined || isManaged(status))
    .map(({ name, status }) => ({
      label: oneLine(name),
      packages: [name],
      ...(status === undefined ? {} : { description: statusWords(status) }),
    }));
}

function separated(label: string, items: readonly Choice[]): Choice[] {
  return [{ label, kind: QuickPickItemKind.Separator, packages: [] }, ...items];
}

/** What is ticked when the user accepts, or else the one that the list is at. */
async function pickSeveral<Item extends QuickPickItem>(
  items: readonly Item[],
  words: { readonly title: string; readonly placeholder: string },
): Promise<readonly Item[]> {
  const pick = window.createQuickPick<Item>();
  Object.assign(pick, { ...words, items, canSelectMany: true, matchOnDescription: true });
  return await new Promise((resolve) => {
    pick.onDidAccept(() => {
      // Whoever types fast is ahead of the list, which knows only later what it is at.
      const typed = items.filter(({ label }) => label === pick.value.trim());
      const found = [pick.selectedItems, typed, pick.activeItems].find(({ length }) => length > 0);
      if (found === undefined) return;
      resolve(found);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve([]);
      pick.dispose();
    });
    pick.show();
  });
}

/** The package that files are moved into: one that is there, or a new name. */
export async function chooseHome(server: Server, place: Place): Promise<string | undefined> {
  const found = await server.request<PackagesResult>("dotstream/packages", place);
  const names = found.packages.map(({ name }) => name);
  return await new Promise((resolve) => {
    const pick = window.createQuickPick();
    const items = names.map((label): QuickPickItem => ({ label }));
    pick.title = l10n.t("Adopt into which package?");
    pick.placeholder = l10n.t("Choose a package, or type the name of a new one");
    pick.items = items;
    pick.onDidChangeValue((value) => {
      const fresh = value.trim();
      pick.items =
        fresh === "" || names.includes(fresh)
          ? items
          : [...items, { label: fresh, description: l10n.t("new package"), alwaysShow: true }];
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

/** The Dotfiles view: packages with their state, and what is in them, a level at a time. */
import {
  commands,
  EventEmitter,
  l10n,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  window,
  type Disposable,
  type TreeDataProvider,
  type TreeView,
} from "vscode";
import {
  conflictsOf,
  entryWords,
  isManaged,
  stateOf,
  sumState,
  sumWords,
  type EntryState,
} from "../plan/states";
import { plural } from "../plan/sums";
import type { Package, PackageState, Place } from "../protocol/messages";
import type { Child, ChildrenResult, PlanResult, UnwantedPackage } from "../protocol/schema";
import { labelOf, oneLine, splitLabel } from "../protocol/paths";
import { statusWords } from "./choosing";
import type { Farm, Overview, Trouble } from "./overview";
import type { Server } from "./server";

/** Directories of a page that say how what is below them stands. */
const LOOKED_BELOW = 100;
/** Children that are shown at once. */
const PAGE = 200;

interface FarmNode {
  readonly kind: "farm";
  readonly farm: Farm;
}

interface PackageNode {
  readonly kind: "package";
  readonly place: Place;
  readonly farm: Farm;
  readonly package: Package;
}

/** A file or directory of a package, where it is or will be in the target. */
export interface EntryNode {
  readonly kind: "entry";
  readonly place: Place;
  readonly package: Package;
  readonly child: Child;
  /** How what is below a directory stands, when that is known. */
  readonly below: { state: EntryState; words: string };
}

interface MoreNode {
  readonly kind: "more";
  readonly parent: PackageNode | EntryNode;
}

/** A package directory that has no packages to show. */
interface TroubleNode {
  readonly kind: "trouble";
  readonly trouble: Trouble;
}

/** A package whose links are not to be any more. */
interface UnwantedNode {
  readonly kind: "unwanted";
  readonly place: Place;
  readonly package: UnwantedPackage;
}

export type Node = TroubleNode | FarmNode | PackageNode | UnwantedNode | EntryNode | MoreNode;

interface Pages {
  readonly nodes: EntryNode[];
  next: number | null;
}

const ICONS: Readonly<Record<PackageState, readonly [icon: string, colour: string]>> = {
  managed: ["pass-filled", "dotstream.linkedForeground"],
  partial: ["circle-large-outline", "dotstream.pendingForeground"],
  unmanaged: ["circle-large-outline", "disabledForeground"],
  conflict: ["warning", "dotstream.conflictForeground"],
  empty: ["circle-slash", "disabledForeground"],
};

const ENTRY_COLOURS: Readonly<Record<EntryState, string | undefined>> = {
  linked: "dotstream.linkedForeground",
  pending: "dotstream.pendingForeground",
  conflict: "dotstream.conflictForeground",
  none: undefined,
};

export class PackagesView implements TreeDataProvider<Node>, Disposable {
  private readonly emitter = new EventEmitter<Node | undefined>();
  private readonly view: TreeView<Node>;
  private readonly subscriptions: Disposable[];
  /** What was loaded below a node, as far as it was looked at. */
  private pages = new WeakMap<PackageNode | EntryNode, Pages>();
  /** Counts updates, so that a page that was asked for before one is not kept after it. */
  private stale = 0;

  readonly onDidChangeTreeData = this.emitter.event;

  constructor(
    private readonly server: Server,
    private readonly overview: Overview,
  ) {
    this.view = window.createTreeView("dotstream.packages", {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.subscriptions = [
      this.view,
      overview.onDidChange(() => {
        this.update();
      }),
      this.view.onDidChangeVisibility(({ visible }) => {
        if (visible) this.wake();
      }),
    ];
    if (this.view.visible) this.wake();
  }

  async reveal(): Promise<void> {
    await commands.executeCommand("dotstream.packages.focus");
  }

  getTreeItem(node: Node): TreeItem {
    const item = this.itemOf(node);
    const words = [item.label, item.description].filter((each) => typeof each === "string");
    const label = words.filter((each) => each !== "").join(", ");
    item.accessibilityInformation = { label };
    return item;
  }

  private itemOf(node: Node): TreeItem {
    switch (node.kind) {
      case "trouble":
        return troubleItem(node);
      case "farm":
        return farmItem(node);
      case "package":
        return packageItem(node);
      case "unwanted":
        return unwantedItem(node);
      case "entry":
        return entryItem(node);
      case "more":
        return this.moreItem(node);
    }
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node === undefined) {
      const { farms, troubles } = this.overview;
      const [first, ...others] = farms;
      const wrong = troubles.map((trouble): Node => ({ kind: "trouble", trouble }));
      if (first !== undefined && others.length + wrong.length === 0) return packageNodes(first);
      return [...wrong, ...farms.map((farm): Node => ({ kind: "farm", farm }))];
    }
    if (node.kind === "farm") return packageNodes(node.farm);
    if (node.kind !== "package" && node.kind !== "entry") return [];
    const pages = this.pages.get(node) ?? (await this.load(node));
    return pages.next === null ? pages.nodes : [...pages.nodes, { kind: "more", parent: node }];
  }

  /** Show the next page below a node. */
  async more(node: MoreNode): Promise<void> {
    await this.load(node.parent);
    this.emitter.fire(node.parent);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.emitter.dispose();
  }

  private async load(node: PackageNode | EntryNode): Promise<Pages> {
    const pages = this.pages.get(node) ?? { nodes: [], next: 0 };
    const stale = this.stale;
    const found = await this.server.request<ChildrenResult>("dotstream/children", {
      ...node.place,
      action: "manage",
      packages: [node.package.name],
      ...(node.kind === "package"
        ? { package: node.package.name }
        : { directory: node.child.path }),
      offset: pages.next ?? 0,
      limit: PAGE,
      kept: true,
    });
    const { place } = node;
    pages.nodes.push(
      ...found.items.map((child): EntryNode => ({
        kind: "entry",
        place,
        package: node.package,
        child,
        below: { state: "none", words: "" },
      })),
    );
    pages.next = found.next;
    if (stale === this.stale) {
      this.pages.set(node, pages);
      void this.lookBelow(pages.nodes.slice(-found.items.length));
    }
    return pages;
  }

  /** Have directories say how what is below them stands, without opening them. */
  private async lookBelow(nodes: readonly EntryNode[]): Promise<void> {
    const stale = this.stale;
    for (const node of nodes.filter(({ child }) => child.expandable).slice(0, LOOKED_BELOW)) {
      if (stale !== this.stale) return;
      const params = { ...node.place, action: "manage", packages: [node.package.name] };
      const plan = await this.server
        .request<PlanResult>("dotstream/plan", { ...params, path: node.child.path })
        .catch(() => undefined); // it says nothing then: the same problem shows in the plan
      if (plan === undefined) continue;
      Object.assign(node.below, { state: sumState(plan), words: sumWords(plan) });
      this.emitter.fire(node);
    }
  }

  /** Somebody looks: start the server, or have it tell what is new. */
  private wake(): void {
    if (this.server.wanted) this.overview.refreshSoon();
    else this.server.ensure();
  }

  private update(): void {
    this.stale += 1;
    this.pages = new WeakMap();
    this.emitter.fire(undefined);
    const conflicts = conflictsOf(
      this.overview.farms.flatMap(({ statuses }) => [...statuses.values()]),
    );
    this.view.badge =
      conflicts === 0 ? undefined : { value: conflicts, tooltip: plural(conflicts, "conflict") };
  }

  private moreItem(node: MoreNode): TreeItem {
    const item = new TreeItem(l10n.t("Show more…"));
    item.iconPath = new ThemeIcon("ellipsis");
    item.command = { title: "Show More", command: "dotstream.showMore", arguments: [node] };
    return item;
  }
}

function packageNodes(farm: Farm): Node[] {
  const { place, packages, unwanted } = farm;
  return [
    ...packages.packages.map((each): Node => ({ kind: "package", place, farm, package: each })),
    ...unwanted.map((each): Node => ({ kind: "unwanted", place, package: each })),
  ];
}

function unwantedItem({ package: { name, reason, links } }: UnwantedNode): TreeItem {
  const item = new TreeItem(oneLine(name));
  const count = links.reduce((sum, each) => sum + each.links, 0);
  item.description = `unwanted · ${plural(count, "link")}; ${oneLine(reason)}`;
  item.iconPath = new ThemeIcon("trash", new ThemeColor("dotstream.pendingForeground"));
  item.contextValue = "unwanted";
  return item;
}

function troubleItem({ trouble: { place, fault } }: TroubleNode): TreeItem {
  const item = new TreeItem(fault.message);
  item.description = labelOf(place.root);
  item.tooltip = `${labelOf(place.root)}: ${fault.message}`;
  item.iconPath = new ThemeIcon("error", new ThemeColor("dotstream.conflictForeground"));
  item.command = {
    title: "Open dotstream.toml",
    command: "dotstream.openConfiguration",
    arguments: [{ place, fault }],
  };
  return item;
}

function farmItem({ farm }: FarmNode): TreeItem {
  const { rootLabel, targetLabel } = farm.packages;
  const [, name] = splitLabel(rootLabel);
  const item = new TreeItem(oneLine(name), TreeItemCollapsibleState.Expanded);
  item.id = farm.place.root;
  item.description = `${rootLabel} → ${targetLabel}`;
  item.iconPath = new ThemeIcon("repo");
  item.contextValue = "farm";
  return item;
}

function packageItem(node: PackageNode): TreeItem {
  const { farm } = node;
  const { name, active, reason } = node.package;
  const item = new TreeItem(oneLine(name), TreeItemCollapsibleState.Collapsed);
  const status = farm.statuses.get(name);
  item.id = `${farm.place.root} ${name}`;
  if (!active) {
    item.collapsibleState = TreeItemCollapsibleState.None;
    item.description = reason ?? l10n.t("not for this machine");
    item.iconPath = new ThemeIcon("circle-slash", new ThemeColor("disabledForeground"));
    item.contextValue = "inactive";
    return item;
  }
  item.description = status === undefined ? "" : statusWords(status);
  item.contextValue = `package-${status?.state ?? "unknown"}`;
  const wanted = status !== undefined && (isManaged(status) || status.state !== "conflict");
  const [icon, colour] = ICONS[wanted ? status.state : "unmanaged"];
  item.iconPath =
    status === undefined
      ? new ThemeIcon("loading~spin")
      : new ThemeIcon(icon, new ThemeColor(colour));
  item.tooltip = `${oneLine(name)} → ${farm.packages.targetLabel}`;
  return item;
}

function entryItem({ child, below, package: { name } }: EntryNode): TreeItem {
  const item = new TreeItem(
    oneLine(child.name),
    child.expandable ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None,
  );
  const known = child.rows.length > 0 || !child.expandable;
  const state = known ? stateOf(child.rows) : below.state;
  item.id = `${name} ${child.path}`;
  item.description = known ? entryWords(child.rows) : below.words;
  item.contextValue = `${child.expandable ? "directory" : "file"}-${state}`;
  const colour = ENTRY_COLOURS[state];
  item.iconPath = new ThemeIcon(
    state === "conflict" ? "warning" : child.expandable ? "folder" : "file-symlink-file",
    colour === undefined ? undefined : new ThemeColor(colour),
  );
  item.tooltip = tooltip(child);
  if (!child.expandable) {
    item.command = { title: "Open", command: "dotstream.openSource", arguments: [{ child }] };
  }
  return item;
}

function tooltip(child: Child): MarkdownString {
  const shown = new MarkdownString();
  shown.appendText(oneLine(child.label));
  for (const row of child.rows) {
    if (row.to !== undefined) shown.appendText(`\n→ ${oneLine(row.to)}`);
    if (row.message !== undefined) shown.appendText(`\n${oneLine(row.message)}`);
  }
  return shown;
}

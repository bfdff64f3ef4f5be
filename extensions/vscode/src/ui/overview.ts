/** What the packages of this window are like: asked for once, for the view, the bar, the badges. */
import { readdir } from "node:fs/promises";
import {
  CancellationTokenSource,
  EventEmitter,
  Uri,
  window,
  workspace,
  type CancellationToken,
  type Disposable,
  type LogOutputChannel,
} from "vscode";
import { isManaged } from "../plan/states";
import { faultOf, type Fault } from "../protocol/faults";
import type { Place } from "../protocol/messages";
import type { PackageStatus, PackagesResult, Row, UnwantedPackage } from "../protocol/schema";
import { isOpenable, labelOf } from "../protocol/paths";
import { placeOf, roots } from "./roots";
import type { Running } from "./running";
import type { Server } from "./server";
import { Watching, type Watched } from "./watching";

/** Milliseconds between two changes that are told: a tree that is told more often stays empty. */
const BETWEEN = 300;
/** Milliseconds for a flood of file events to end. */
const SETTLED = 1000;
/** Directories with links that are watched for each package directory. */
const WATCHED = 256;
/** Directories of packages in which the Explorer offers nothing to adopt. */
const MOST_INSIDE = 2000;

export interface Farm {
  readonly place: Place;
  readonly packages: PackagesResult;
  readonly statuses: Map<string, PackageStatus>;
  /** Packages with links that are not to be any more. */
  unwanted: readonly UnwantedPackage[];
}

/** A package directory that could not be read. */
export interface Trouble {
  readonly place: Place;
  readonly fault: Fault;
}

export type OverviewState =
  | "idle"
  | "untrusted"
  | "missing"
  | "starting"
  | "failed"
  | "noRoot"
  | "broken"
  | "empty"
  | "ready";

export class Overview implements Disposable {
  farms: readonly Farm[] = [];
  troubles: readonly Trouble[] = [];
  state: OverviewState = "idle";
  /** Whether statuses are still arriving. */
  busy = false;

  /** Whether a refresh is due when nothing else is under way. */
  private postponed = false;
  private source: CancellationTokenSource | undefined;
  private timer: NodeJS.Timeout | undefined;
  private due: NodeJS.Timeout | undefined;
  private readonly watching: Watching;
  /** Paths of links that are watched. */
  private links: ReadonlySet<string> = new Set();
  /** Paths in targets that changed while it was found out which of them are links. */
  private readonly changed = new Set<string>();
  /** What was ever known of package directories, by their URIs. */
  private readonly known = new Map<string, Farm>();
  /** Directories in package directories that are themselves in a folder of this window. */
  private inside: readonly string[] = [];
  private readonly emitter = new EventEmitter<void>();
  private readonly subscriptions: Disposable[];

  readonly onDidChange = this.emitter.event;

  constructor(
    private readonly server: Server,
    private readonly running: Running,
    private readonly log: LogOutputChannel,
  ) {
    const soon = () => {
      this.refreshSoon();
    };
    this.watching = new Watching(soon);
    this.subscriptions = [
      running.onDidChange(() => {
        this.yieldTo(running);
      }),
      server.onDidChangeState(() => void this.refresh()),
      server.onDidChangeFiles(soon),
      workspace.onDidChangeWorkspaceFolders(() => void this.refresh()),
      window.onDidChangeWindowState(({ focused }) => {
        if (focused) soon();
      }),
    ];
  }

  /** Whether a folder of this window has files of a target that are in no package directory. */
  get canAdopt(): boolean {
    const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.path);
    return this.farms.some(({ place, packages }) => {
      const [root, target] = [place.root, packages.target].map((each) => Uri.parse(each).path);
      if (root === undefined || target === undefined) return false;
      const outside = folders.filter((folder) => !isWithin(folder, root));
      return outside.some((folder) => isWithin(folder, target) || isWithin(target, folder));
    });
  }

  /** Links, and directories of packages that a folder of this window shows: nothing to adopt. */
  get ours(): readonly string[] {
    return [...this.links, ...this.inside];
  }

  /** What is shown of a place: `~/dotfiles → ~`, as far as it is known. */
  where({ root, target }: Place): string {
    const farm = this.known.get(root);
    // A plan may have been made when the setting said another target.
    const known = farm?.place.target === target ? farm?.packages.targetLabel : undefined;
    const to = known ?? (target === undefined ? undefined : labelOf(target));
    return [farm?.packages.rootLabel ?? labelOf(root), ...(to === undefined ? [] : [to])].join(
      " → ",
    );
  }

  /** How the packages of a place stand, as far as that is known. */
  statusesOf(place: Place): ReadonlyMap<string, PackageStatus> {
    return this.farms.find((each) => each.place.root === place.root)?.statuses ?? new Map();
  }

  /** Labels of the targets of a place, as far as they are known. */
  targets(place: Place): readonly string[] {
    const packages = this.known.get(place.root)?.packages;
    if (packages === undefined) return [];
    const others = packages.packages.map(({ target }) => labelOf(target));
    return [...new Set([packages.targetLabel, ...others])];
  }

  /** Whether nothing that has changed is still to be asked for. */
  get isCurrent(): boolean {
    return !this.busy && !this.postponed && this.due === undefined;
  }

  /** Ask again for everything. */
  async refresh(): Promise<void> {
    this.source?.cancel();
    if (this.running.message !== undefined) {
      this.postponed = true;
      return;
    }
    const source = new CancellationTokenSource();
    this.source = source;
    try {
      await this.load(source.token);
    } catch (error) {
      const fault = faultOf(error);
      if (!fault.cancelled) this.log.warn(`status: ${fault.message}`);
    } finally {
      if (this.source === source) {
        this.busy = false;
        this.tell();
      }
      source.dispose();
    }
  }

  /** Ask again when what is going on has settled. */
  refreshSoon(): void {
    clearTimeout(this.due);
    this.due = setTimeout(() => {
      this.due = undefined;
      void this.refresh();
    }, SETTLED);
  }

  dispose(): void {
    this.source?.cancel();
    this.watching.dispose();
    clearTimeout(this.timer);
    clearTimeout(this.due);
    for (const each of this.subscriptions) each.dispose();
    this.emitter.dispose();
  }

  private async load(cancel: CancellationToken): Promise<void> {
    const { state } = this.server;
    if (state !== "running") {
      this.farms = [];
      this.troubles = [];
      this.state = state === "stopped" ? "idle" : state;
      return;
    }
    const places = (await roots()).map(placeOf);
    const found = await Promise.all(places.map((place) => this.look(place, cancel)));
    if (cancel.isCancellationRequested) return;
    this.farms = found.filter((each) => "packages" in each);
    this.troubles = found.filter((each) => "fault" in each);
    this.state = stateOf(this.farms, this.troubles);
    this.busy = true;
    this.changed.clear();
    this.watching.add(places.flatMap(inPackages));
    this.tell();
    const links = new Set<string>();
    const directories: string[] = [];
    for (const farm of this.farms) {
      directories.push(...topsOf(farm));
      await this.loadStatuses(farm, cancel);
      directories.push(...(await this.placesOfLinks(farm, links, cancel)));
    }
    this.links = links;
    if ([...this.changed].some((path) => links.has(path))) this.refreshSoon();
    const inTargets = directories.map((directory) => this.inTarget(directory));
    this.watching.set([...places.flatMap(inPackages), ...inTargets]);
    const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.path);
    const tops = places.map(({ root }) => Uri.parse(root).path);
    const shown = tops.filter((top) => folders.some((each) => each !== top && isWithin(top, each)));
    this.inside = (await Promise.all(shown.map(directoriesBelow))).flat();
  }

  /** One package directory; that another is wrong changes nothing about it. */
  private async look(place: Place, cancel: CancellationToken): Promise<Farm | Trouble> {
    try {
      const packages = await this.server.request<PackagesResult>(
        "dotstream/packages",
        place,
        cancel,
      );
      // What was known is shown until the news is there.
      const before = this.farms.find((farm) => farm.place.root === place.root);
      const { statuses, unwanted = [] } = before ?? {};
      const farm = { place, packages, statuses: new Map(statuses), unwanted };
      this.known.set(place.root, farm);
      return farm;
    } catch (error) {
      const fault = faultOf(error);
      if (fault.cancelled) throw error;
      this.log.warn(`${labelOf(place.root)}: ${fault.message}`);
      return { place, fault };
    }
  }

  /** Let what the user asked for go first; a status scans the same files. */
  private yieldTo(running: Running): void {
    if (running.message !== undefined) {
      if (!this.busy) return;
      this.source?.cancel();
      this.postponed = true;
    } else if (this.postponed) {
      this.postponed = false;
      this.refreshSoon();
    }
  }

  private async loadStatuses(farm: Farm, cancel: CancellationToken): Promise<void> {
    const token = this.server.token();
    const window = this.server.window();
    const reading = this.server.onBatch<PackageStatus>(token, (batch) => {
      for (const status of batch.items ?? []) farm.statuses.set(status.name, status);
      if (batch.items !== undefined) this.server.acknowledge(token, batch.seq);
      this.tellSoon();
    });
    try {
      const params = { ...farm.place, packages: [], window, partialResultToken: token };
      const found = await this.server.request<Pick<Farm, "unwanted">>(
        "dotstream/status",
        params,
        cancel,
      );
      farm.unwanted = found.unwanted;
    } finally {
      reading.dispose();
    }
  }

  /** The directories that links are in, and those links: what unmanaging would take away. */
  private async placesOfLinks(
    farm: Farm,
    links: Set<string>,
    cancel: CancellationToken,
  ): Promise<Iterable<string>> {
    const packages = [...farm.statuses.values()].filter(isManaged).map(({ name }) => name);
    if (packages.length === 0) return [];
    const directories = new Set<string>();
    const token = this.server.token();
    // Without a window, only the first rows are sent.
    const reading = this.server.onBatch<Row>(token, ({ items = [] }) => {
      for (const { path } of items) {
        const directory = path.slice(0, path.lastIndexOf("/"));
        if (isOpenable(path)) links.add(Uri.parse(path).path);
        if (directories.size < WATCHED && isOpenable(directory)) directories.add(directory);
      }
    });
    try {
      const params = { ...farm.place, action: "unmanage", packages, partialResultToken: token };
      await this.server.request("dotstream/plan", params, cancel);
    } finally {
      reading.dispose();
    }
    return directories;
  }

  /** A home is a busy place: what becomes of its other files is not of interest. */
  private inTarget(directory: string): Watched {
    // One that is taken away and replaced at once is a change of contents.
    const counts = (path: string) => {
      if (this.busy) this.changed.add(path);
      return this.links.has(path);
    };
    return { directory, pattern: "*", contents: true, counts };
  }

  private tellSoon(): void {
    this.timer ??= setTimeout(() => {
      this.tell();
    }, BETWEEN);
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.emitter.fire();
  }
}

function isWithin(path: string, directory: string): boolean {
  return `${path}/`.startsWith(directory === "/" ? "/" : `${directory}/`);
}

/** A directory with those below it, as many as anybody opens in the Explorer. */
async function directoriesBelow(top: string): Promise<string[]> {
  const found = [top];
  for (let at = 0; at < found.length && found.length < MOST_INSIDE; at += 1) {
    const above = found[at] ?? "";
    const entries = await readdir(above, { withFileTypes: true }).catch(() => []);
    const below = entries.filter((entry) => entry.isDirectory() && entry.name !== ".git");
    found.push(...below.map(({ name }) => `${above}/${name}`));
  }
  return found;
}

function stateOf(farms: readonly Farm[], troubles: readonly Trouble[]): OverviewState {
  if (farms.some(({ packages }) => packages.packages.length > 0)) return "ready";
  if (troubles.length > 0) return "broken";
  return farms.length > 0 ? "empty" : "noRoot";
}

/** Where links would be made first, if there are none yet. */
function topsOf({ packages: { target, packages } }: Farm): string[] {
  const targets = new Set([target, ...packages.map((each) => each.target)]);
  return [...targets].filter(isOpenable);
}

/** Names that come and go change what is to be linked; contents only of the configuration. */
function inPackages({ root }: Place): Watched[] {
  return [
    { directory: root, pattern: "**" },
    { directory: root, pattern: "dotstream.toml", contents: true },
  ];
}

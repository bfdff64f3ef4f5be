/** What the packages of this window are like: asked for once, for the view, the bar, the badges. */
import {
  CancellationTokenSource,
  EventEmitter,
  RelativePattern,
  Uri,
  workspace,
  type Disposable,
  type LogOutputChannel,
} from "vscode";
import { faultOf, type Fault } from "../protocol/faults";
import type { Place } from "../protocol/messages";
import type { PackageStatus, PackagesResult } from "../protocol/schema";
import { labelOf } from "../protocol/paths";
import { placeOf, roots } from "./roots";
import type { Running } from "./running";
import type { Server } from "./server";

/** Milliseconds between two changes that are told: a tree that is told more often stays empty. */
const BETWEEN = 300;
/** Milliseconds for a flood of file events to end. */
const SETTLED = 1000;

export interface Farm {
  readonly place: Place;
  readonly packages: PackagesResult;
  readonly statuses: Map<string, PackageStatus>;
}

export type OverviewState =
  "untrusted" | "missing" | "starting" | "failed" | "noRoot" | "broken" | "empty" | "ready";

export class Overview implements Disposable {
  farms: readonly Farm[] = [];
  state: OverviewState = "starting";
  /** Why there is nothing to show, where the packages could not be read. */
  problem: Fault | undefined;
  /** Whether statuses are still arriving. */
  busy = false;

  /** Whether a refresh is due when nothing else is under way. */
  private postponed = false;
  private source: CancellationTokenSource | undefined;
  private timer: NodeJS.Timeout | undefined;
  private due: NodeJS.Timeout | undefined;
  private watchers: Disposable[] = [];
  private readonly emitter = new EventEmitter<void>();
  private readonly subscriptions: Disposable[];

  readonly onDidChange = this.emitter.event;

  constructor(
    private readonly server: Server,
    private readonly running: Running,
    private readonly log: LogOutputChannel,
  ) {
    this.subscriptions = [
      running.onDidChange(() => {
        this.yieldTo(running);
      }),
      server.onDidChangeState(() => void this.refresh()),
      server.onDidChangeFiles(() => {
        this.refreshSoon();
      }),
      workspace.onDidChangeWorkspaceFolders(() => void this.refresh()),
    ];
  }

  /** What is shown of a place: `~/dotfiles → ~`, as far as it is known. */
  where(place: Place): string {
    const farm = this.farms.find((each) => each.place.root === place.root);
    if (farm === undefined) return labelOf(place.root);
    return `${farm.packages.rootLabel} → ${farm.packages.targetLabel}`;
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
      await this.load(source);
    } catch (error) {
      const fault = faultOf(error);
      if (!fault.cancelled) this.fail(fault);
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
    this.due = setTimeout(() => void this.refresh(), SETTLED);
  }

  dispose(): void {
    this.source?.cancel();
    clearTimeout(this.timer);
    clearTimeout(this.due);
    for (const each of [...this.subscriptions, ...this.watchers]) each.dispose();
    this.emitter.dispose();
  }

  private async load(source: CancellationTokenSource): Promise<void> {
    const { state } = this.server;
    if (state !== "running") {
      this.farms = [];
      this.state = state === "stopped" ? "starting" : state;
      return;
    }
    const places = roots().map(placeOf);
    if (places.length === 0) {
      this.farms = [];
      this.state = "noRoot";
      return;
    }
    const known = this.farms;
    this.problem = undefined;
    const found: Farm[] = [];
    for (const place of places) {
      const packages = await this.server.request<PackagesResult>(
        "dotstream/packages",
        place,
        source.token,
      );
      // What was known is shown until the news is there.
      const before = known.find((farm) => farm.place.root === place.root);
      found.push({ place, packages, statuses: new Map(before?.statuses) });
    }
    this.farms = found;
    this.state = found.some(({ packages }) => packages.packages.length > 0) ? "ready" : "empty";
    this.busy = true;
    this.watch();
    this.tell();
    for (const farm of found) await this.loadStatuses(farm, source);
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

  private fail(fault: Fault): void {
    this.log.warn(`status: ${fault.message}`);
    this.problem = fault;
    this.farms = [];
    this.state = "broken";
    this.watch(); // what was wrong may be fixed
  }

  private async loadStatuses(farm: Farm, source: CancellationTokenSource): Promise<void> {
    const token = this.server.token();
    const window = this.server.window();
    const reading = this.server.onBatch<PackageStatus>(token, (batch) => {
      for (const status of batch.items ?? []) farm.statuses.set(status.name, status);
      if (batch.items !== undefined) this.server.acknowledge(token, batch.seq);
      this.tellSoon();
    });
    try {
      const params = { ...farm.place, packages: [], window, partialResultToken: token };
      await this.server.request("dotstream/status", params, source.token);
    } finally {
      reading.dispose();
    }
  }

  /** Names that come and go change what is to be linked; contents do not. */
  private watch(): void {
    for (const watcher of this.watchers) watcher.dispose();
    const places = roots().map(placeOf);
    this.watchers = places.flatMap((place) => {
      const root = Uri.parse(place.root);
      const names = workspace.createFileSystemWatcher(
        new RelativePattern(root, "**"),
        false,
        true,
        false,
      );
      const settings = workspace.createFileSystemWatcher(
        new RelativePattern(root, "dotstream.toml"),
      );
      const soon = () => {
        this.refreshSoon();
      };
      return [
        names,
        settings,
        names.onDidCreate(soon),
        names.onDidDelete(soon),
        settings.onDidChange(soon),
      ];
    });
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

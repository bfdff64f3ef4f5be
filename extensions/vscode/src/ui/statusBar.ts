/** One word about the dotfiles in the status bar: what is under way, or how they are. */
import {
  commands,
  l10n,
  StatusBarAlignment,
  ThemeColor,
  window,
  type Disposable,
  type StatusBarItem,
} from "vscode";
import { conflictsOf, isManaged } from "../plan/states";
import { plural } from "../plan/sums";
import type { Overview, OverviewState } from "./overview";
import type { Running } from "./running";

const STATES: Readonly<Partial<Record<OverviewState, readonly [text: string, tooltip: string]>>> = {
  untrusted: ["$(shield) Dotfiles", l10n.t("dotstream waits until you trust this workspace.")],
  missing: [
    l10n.t("$(warning) Dotfiles: no server"),
    l10n.t("dotstream is not installed, or not found."),
  ],
  failed: [
    l10n.t("$(error) Dotfiles: server stopped"),
    l10n.t("The dotstream server did not start, or has ended."),
  ],
  broken: [
    "$(error) Dotfiles",
    l10n.t("dotstream cannot read the packages; the Dotfiles view says why."),
  ],
  starting: ["$(loading~spin) Dotfiles", l10n.t("The dotstream server is starting.")],
};

export class StatusBar implements Disposable {
  private readonly item: StatusBarItem;
  private readonly subscriptions: Disposable[];
  /** What its text means, for who points at it or has it read out. */
  private meaning = "";

  constructor(
    private readonly overview: Overview,
    private readonly running: Running,
  ) {
    this.item = window.createStatusBarItem("dotstream.status", StatusBarAlignment.Left);
    this.item.name = "Dotfiles";
    this.item.command = "dotstream.packages.focus";
    this.subscriptions = [
      overview.onDidChange(() => {
        this.update();
        void commands.executeCommand("setContext", "dotstream.state", overview.state);
        void commands.executeCommand("setContext", "dotstream.canAdopt", overview.canAdopt);
        void commands.executeCommand("setContext", "dotstream.ours", overview.ours);
      }),
      running.onDidChange(() => {
        this.update();
        const busy = running.message !== undefined;
        void commands.executeCommand("setContext", "dotstream.busy", busy);
      }),
    ];
  }

  dispose(): void {
    this.item.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private update(): void {
    const { item, running, overview } = this;
    const { message } = running;
    const known = STATES[overview.state];
    item.backgroundColor = undefined;
    if (message !== undefined) {
      item.text = `$(sync~spin) ${message}`;
      this.meaning = l10n.t("Click to see the packages; Dotstream: Cancel stops this.");
    } else if (known !== undefined) {
      [item.text, this.meaning] = known;
    } else if (overview.state === "ready") {
      this.summarise();
    } else {
      item.hide();
      return;
    }
    const words = item.text.replace(/\$\([^)]*\) */g, "");
    item.accessibilityInformation = { label: `${words}. ${this.meaning}`, role: "button" };
    item.tooltip = this.meaning;
    item.show();
  }

  private summarise(): void {
    const statuses = this.overview.farms.flatMap(({ statuses }) => [...statuses.values()]);
    const managed = statuses.filter(isManaged);
    const conflicts = conflictsOf(statuses);
    const changes = managed.reduce((sum, status) => sum + status.changes, 0);
    this.meaning = `${managed.length} of ${plural(statuses.length, "package")} managed`;
    if (conflicts > 0) {
      this.item.text = `$(warning) Dotfiles: ${plural(conflicts, "conflict")}`;
      this.item.backgroundColor = new ThemeColor("statusBarItem.warningBackground");
    } else if (changes > 0) {
      this.item.text = `$(circle-large-outline) Dotfiles: ${plural(changes, "change")} due`;
    } else {
      this.item.text = "$(link) Dotfiles";
    }
  }
}

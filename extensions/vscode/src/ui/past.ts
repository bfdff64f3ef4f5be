/** What was done before: its history, taking it back, and changes that were cut short. */
import {
  CancellationTokenSource,
  l10n,
  window,
  type Disposable,
  type LogOutputChannel,
} from "vscode";
import { plural } from "../plan/sums";
import type { Place } from "../protocol/messages";
import type { RecoverResult, Transaction } from "../protocol/schema";
import { oneLine } from "../protocol/paths";
import type { Changes } from "./changes";
import { chooseRoot } from "./roots";
import type { Running } from "./running";
import type { Server } from "./server";

const LISTED = 100;

export class Past {
  constructor(
    private readonly server: Server,
    private readonly running: Running,
    private readonly changes: Changes,
    private readonly log: LogOutputChannel,
  ) {}

  register(
    add: (id: string, run: (...args: never[]) => Promise<void>) => Disposable,
  ): Disposable[] {
    return [
      add("dotstream.history", () => this.history()),
      add("dotstream.undo", (given?: UndoArgument) => this.undo(given)),
      add("dotstream.recover", (given?: Place) => this.recover(given)),
    ];
  }

  private async history(): Promise<void> {
    const place = await chooseRoot();
    if (place === undefined) return;
    const transactions = await this.list(place);
    if (transactions.length === 0) {
      void window.showInformationMessage(l10n.t("dotstream has not changed anything here yet."));
      return;
    }
    const picked = await window.showQuickPick(
      transactions.map((transaction) => ({
        label: `$(${transaction.undoable ? "discard" : "history"}) ${nameOf(transaction)}`,
        description: new Date(transaction.began).toLocaleString(),
        detail: `${plural(transaction.operations, "operation")} · ${transaction.state}`,
        transaction,
      })),
      {
        title: l10n.t("History"),
        placeHolder: l10n.t("Choose a change to undo"),
        matchOnDetail: true,
      },
    );
    if (picked === undefined) return;
    if (picked.transaction.undoable) {
      await this.propose(place, picked.transaction.id);
    } else {
      void window.showInformationMessage(
        l10n.t(
          "{0} cannot be undone: it is {1}.",
          nameOf(picked.transaction),
          picked.transaction.state,
        ),
      );
    }
  }

  private async undo(given?: UndoArgument): Promise<void> {
    const place = given?.place ?? (await chooseRoot());
    if (place === undefined) return;
    const last =
      given?.transaction ?? (await this.list(place)).find(({ undoable }) => undoable)?.id;
    if (last === undefined) {
      void window.showInformationMessage(l10n.t("There is nothing to undo."));
      return;
    }
    await this.propose(place, last);
  }

  private async propose(place: Place, transaction: number): Promise<void> {
    const params = { ...place, transaction };
    await this.changes.propose({ kind: "undo", params });
  }

  private async list(place: Place): Promise<readonly Transaction[]> {
    const params = { ...place, limit: LISTED };
    const found = await this.server.request<{ readonly transactions: Transaction[] }>(
      "dotstream/history",
      params,
    );
    return found.transactions;
  }

  private async recover(given?: Place): Promise<void> {
    const place = given ?? (await chooseRoot());
    if (place === undefined) return;
    const seen = await this.server.request<RecoverResult>("dotstream/recover", {
      ...place,
      dryRun: true,
    });
    if (seen.unfinished == null) {
      void window.showInformationMessage(
        l10n.t("No change was cut short; there is nothing to recover."),
      );
      return;
    }
    const back = l10n.t("Roll It Back");
    const finish = l10n.t("Finish It");
    const choice = await window.showWarningMessage(
      l10n.t("{0} was cut short. Roll back what it did, or finish it?", nameOf(seen.unfinished)),
      { modal: true },
      back,
      finish,
    );
    if (choice !== undefined) await this.carryOut(place, choice === finish);
  }

  private async carryOut(place: Place, resume: boolean): Promise<void> {
    const source = new CancellationTokenSource();
    const workDoneToken = this.server.token();
    const done = await this.running.run(l10n.t("Recovering"), source, async (report) => {
      const reading = this.server.onWork(workDoneToken, report);
      try {
        const params = { ...place, resume, workDoneToken };
        return await this.server.request<RecoverResult>("dotstream/recover", params, source.token);
      } finally {
        reading.dispose();
      }
    });
    const { left } = done;
    for (const message of left) this.log.warn(`recover: ${message}`);
    const name = done.recovered === null ? "It" : nameOf(done.recovered);
    const words = done.resumed ? "was finished" : "was rolled back";
    if (left.length === 0) {
      void window.showInformationMessage(`${name} ${words}.`);
      return;
    }
    const things = plural(left.length, "thing was", "things were");
    const choice = await window.showWarningMessage(
      `${name} ${words}, but ${things} left alone: ${left[0] ?? ""}`,
      l10n.t("Show Log"),
    );
    if (choice !== undefined) this.log.show();
  }
}

export interface UndoArgument {
  readonly place?: Place;
  readonly transaction?: number;
}

/** `7 manage vim zsh`. */
function nameOf(transaction: Transaction): string {
  const { id, action, packages, undoes } = transaction;
  const what = undoes === null ? packages.map(oneLine).join(" ") : undoes.toString();
  return `${id.toString()} ${action} ${what}`.trimEnd();
}

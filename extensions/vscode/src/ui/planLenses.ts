/** What can be done with a plan, above its lines; and with one line of it, by Ctrl+. there. */
import {
  EventEmitter,
  l10n,
  languages,
  Range,
  type CodeLens,
  type CodeLensProvider,
  type Command,
  type Disposable,
  type TextDocument,
} from "vscode";
import { choicesOf, titleOfChoice } from "../plan/choices";
import { HEADER } from "../plan/text";
import type { Variant } from "../plan/request";
import { number, operations, plural } from "../plan/sums";
import type { Row } from "../protocol/schema";
import { lens } from "./lens";
import { LANGUAGE, SCHEME, type Plans } from "./plans";
import type { PlanSession } from "./session";

/** Rows of a document that get lenses; the others have the same by Ctrl+. */
const LENSES = 500;

export class PlanLenses implements CodeLensProvider, Disposable {
  private readonly emitter = new EventEmitter<void>();
  private readonly subscriptions: Disposable[];

  readonly onDidChangeCodeLenses = this.emitter.event;

  constructor(private readonly plans: Plans) {
    const selector = { scheme: SCHEME, language: LANGUAGE };
    this.subscriptions = [
      languages.registerCodeLensProvider(selector, this),
      plans.onDidChangeSession(() => {
        this.emitter.fire();
      }),
    ];
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    const session = this.plans.at(document.uri);
    if (session === undefined) return [];
    session.lensesAsked();
    const top = new Range(0, 0, 0, 0);
    const lenses = topCommands(session).map((command) => lens(top, command));
    if (session.attempt.state !== "planned" || !session.isSettled) return lenses;
    for (const line of linesWithLenses(session)) {
      const [start] = session.attempt.text.nameAt(line);
      const range = new Range(line, start, line, start);
      for (const command of rowCommands(session, line)) lenses.push(lens(range, command));
    }
    return lenses;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.emitter.dispose();
  }
}

/** All that can be done with a line: where there is no lens too. */
export function commandsAt(session: PlanSession, line: number): Command[] {
  if (session.attempt.state !== "planned" || !session.isSettled) return [];
  const found = rowCommands(session, line);
  const titles = found.map(({ title }) => title);
  return [...found, ...leaveOut(session, line).filter(({ title }) => !titles.includes(title))];
}

/** Conflicts, and what stands where one was settled. */
function linesWithLenses(session: PlanSession): readonly number[] {
  const { text } = session.attempt;
  const found = [...text.problems.slice(0, LENSES)];
  const { asked } = session;
  const adopting = asked.kind === "change" && asked.params.action === "adopt";
  const chosen = new Set(session.choices.keys());
  const leftOut = session.omissions > 0;
  if (chosen.size === 0 && !leftOut && !adopting) return found;
  for (let line = HEADER; line < HEADER + text.lines.length && found.length < LENSES; line += 1) {
    const row = text.rowAt(line);
    if (row === undefined) continue;
    const marked = chosen.delete(row.path) || (leftOut && text.isLeftOut(row));
    if (marked || (adopting && isRepository(row))) found.push(line);
  }
  return found;
}

function topCommands(session: PlanSession): Command[] {
  const { uri, attempt } = session;
  const refresh = {
    title: l10n.t("$(refresh) Refresh"),
    command: "dotstream.refreshPlan",
    arguments: [uri],
  };
  switch (attempt.state) {
    case "planning":
    case "applying": {
      const verb = attempt.state === "planning" ? "Planning" : "Applying";
      const count = plural(operations(attempt.counts), "operation");
      return [
        { title: `$(loading~spin) ${verb}: ${count}`, command: "" },
        { title: l10n.t("$(close) Cancel"), command: "dotstream.cancel", arguments: [uri] },
      ];
    }
    case "planned":
      return session.isSettled ? [...decisions(session), refresh, ...forget(session)] : [];
    case "applied": {
      const transaction = attempt.summary?.transaction;
      const undo = {
        title: l10n.t("$(discard) Undo"),
        command: "dotstream.undo",
        arguments: [{ place: session.place, transaction }],
      };
      return [
        { title: l10n.t("$(check) Applied"), command: "" },
        ...(transaction == null ? [] : [undo]),
      ];
    }
    default:
      return [refresh];
  }
}

function decisions(session: PlanSession): Command[] {
  const { uri, attempt, inTheWay } = session;
  const offered = [uri, attempt.number];
  if (session.ready) {
    return [
      { title: l10n.t("$(play) Apply"), command: "dotstream.apply", arguments: offered },
      { title: l10n.t("$(close) Cancel"), command: "dotstream.discard", arguments: [uri] },
    ];
  }
  if (inTheWay === 0) return [];
  const { text } = attempt;
  const next = {
    title: `$(warning) ${plural(inTheWay, "conflict")}`,
    tooltip: l10n.t("Go to the next one (F8)"),
    command: "dotstream.nextConflict",
  };
  if (!session.divisible) return [next];
  const rows = text.problems.map((line) => text.rowAt(line));
  const same = rows.filter((row) => row?.same).length;
  return [
    next,
    ...choicesOf(rows).map((policy) => ({
      title: l10n.t("{0} all", titleOfChoice(policy)),
      command: "dotstream.resolveAll",
      arguments: [...offered, policy],
    })),
    ...(same === 0
      ? []
      : [vary(session, l10n.t("Back up the {0} with the same content", number(same)), "same")]),
  ];
}

function vary({ uri, attempt }: PlanSession, title: string, variant: Variant): Command {
  return { title, command: "dotstream.vary", arguments: [uri, attempt.number, variant] };
}

function forget({ uri, choices, all, omissions }: PlanSession): Command[] {
  const chosen = choices.size + (all === undefined ? 0 : 1);
  const what = [
    ...(chosen > 0 ? [plural(chosen, "choice")] : []),
    ...(omissions > 0 ? ["what is left out"] : []),
  ];
  if (what.length === 0) return [];
  const title = `$(clear-all) Forget ${what.join(" and ")}`;
  return [{ title, command: "dotstream.forgetChoices", arguments: [uri] }];
}

/** The ways to settle the conflict of a line, or to settle it otherwise. */
function rowCommands(session: PlanSession, line: number): Command[] {
  const { uri, attempt, asked } = session;
  const row = attempt.text.rowAt(line);
  if (row === undefined || !session.divisible) return [];
  if (attempt.text.isLeftOut(row)) return leaveOut(session, line);
  if (isRepository(row)) return [vary(session, l10n.t("Move it as one"), "whole")];
  const chosen = session.choices.get(row.path);
  const conflict = row.op === "conflict" ? row : chosen?.row;
  if (conflict === undefined) return [];
  const settle = choicesOf([conflict])
    .filter((policy) => policy !== chosen?.policy)
    .map((policy) => ({
      title: titleOfChoice(policy),
      command: "dotstream.settle",
      arguments: [uri, attempt.number, conflict, policy],
    }));
  const { root } = asked.params;
  const difference = {
    title: l10n.t("Show the difference"),
    command: "dotstream.diff",
    arguments: [{ root, path: row.path, label: row.label }],
  };
  const revise = {
    title: l10n.t("Ask again"),
    command: "dotstream.settle",
    arguments: [uri, attempt.number, conflict],
  };
  return chosen === undefined
    ? [...settle, ...leaveOut(session, line), difference]
    : [...settle, revise];
}

/** Whether it is a git repository that stays where it is, as nobody has asked for it. */
function isRepository({ op, message }: Row): boolean {
  return op === "notice" && message?.includes("a git repository of its own") === true;
}

/** Leave a line out, or take it in again. */
function leaveOut({ uri, attempt, divisible }: PlanSession, line: number): Command[] {
  const row: Row | undefined = attempt.text.rowAt(line);
  if (row === undefined || row.op === "notice" || !divisible) return [];
  const title = attempt.text.isLeftOut(row) ? l10n.t("Include") : l10n.t("Leave out");
  return [{ title, command: "dotstream.leaveOut", arguments: [uri, attempt.number, row.path] }];
}

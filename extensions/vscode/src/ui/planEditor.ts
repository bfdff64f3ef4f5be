/** What the editor shows in a plan beside its text: lenses, folds, links, hovers. */
import {
  CodeLens,
  EventEmitter,
  FoldingRange,
  FoldingRangeKind,
  Hover,
  languages,
  Location,
  MarkdownString,
  Position,
  Range,
  Uri,
  type CodeLensProvider,
  type Command,
  type DefinitionProvider,
  type Disposable,
  type DocumentLinkProvider,
  DocumentLink,
  type FoldingRangeProvider,
  type HoverProvider,
  type TextDocument,
} from "vscode";
import { NAME_COLUMN } from "../plan/lines";
import { HEADER } from "../plan/text";
import { operations, plural } from "../plan/sums";
import type { Row, PathUri } from "../protocol/schema";
import { POLICIES, type Policy } from "../protocol/words";
import { isOpenable, oneLine, splitLabel } from "../protocol/paths";
import { LANGUAGE, SCHEME, type Plans } from "./plans";
import type { PlanSession } from "./session";

/** Conflicts and links of a document that get lenses and links; the rest can be hovered. */
const MARKED = 2000;
const LENSES = 500;

const BULK: readonly Policy[] = ["skip", "backup", "overwrite", "adopt"];

export class PlanEditor
  implements
    CodeLensProvider,
    FoldingRangeProvider,
    DocumentLinkProvider,
    DefinitionProvider,
    HoverProvider,
    Disposable
{
  private readonly lensEmitter = new EventEmitter<void>();
  private readonly foldEmitter = new EventEmitter<void>();
  private readonly subscriptions: Disposable[];

  readonly onDidChangeCodeLenses = this.lensEmitter.event;
  readonly onDidChangeFoldingRanges = this.foldEmitter.event;

  constructor(private readonly plans: Plans) {
    const selector = { scheme: SCHEME, language: LANGUAGE };
    this.subscriptions = [
      languages.registerCodeLensProvider(selector, this),
      languages.registerFoldingRangeProvider(selector, this),
      languages.registerDocumentLinkProvider(selector, this),
      languages.registerDefinitionProvider(selector, this),
      languages.registerHoverProvider(selector, this),
      plans.onDidChangeSession(() => {
        this.lensEmitter.fire();
        this.foldEmitter.fire();
      }),
    ];
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    const session = this.plans.at(document.uri);
    if (session === undefined) return [];
    const top = new Range(0, 0, 0, 0);
    const lenses = topCommands(session).map((command) => new CodeLens(top, command));
    if (session.state !== "planned" || session.asked.kind !== "change") return lenses;
    for (const line of session.text.problems.slice(0, LENSES)) {
      const row = session.text.rowAt(line);
      if (row?.op !== "conflict") continue;
      const range = new Range(line, NAME_COLUMN, line, NAME_COLUMN);
      for (const command of rowCommands(session, row)) lenses.push(new CodeLens(range, command));
    }
    return lenses;
  }

  provideFoldingRanges(document: TextDocument): FoldingRange[] {
    const sections = this.plans.at(document.uri)?.text.sections() ?? [];
    return sections
      .filter(({ start, end }) => end > start)
      .map(({ start, end }) => new FoldingRange(start, end, FoldingRangeKind.Region));
  }

  provideDocumentLinks(document: TextDocument): DocumentLink[] {
    const session = this.plans.at(document.uri);
    const links: DocumentLink[] = [];
    const last = Math.min(document.lineCount, MARKED);
    for (let line = HEADER; session !== undefined && line < last; line += 1) {
      const row = session.text.rowAt(line);
      const target = place(row);
      if (row === undefined || target === undefined) continue;
      const end = NAME_COLUMN + splitLabel(row.label)[1].length;
      const link = new DocumentLink(new Range(line, NAME_COLUMN, line, end), target);
      link.tooltip = "Open";
      links.push(link);
    }
    return links;
  }

  provideDefinition(document: TextDocument, position: Position): Location | undefined {
    const target = place(this.plans.at(document.uri)?.text.rowAt(position.line));
    return target === undefined ? undefined : new Location(target, new Position(0, 0));
  }

  provideHover(document: TextDocument, position: Position): Hover | undefined {
    const row = this.plans.at(document.uri)?.text.rowAt(position.line);
    return row === undefined ? undefined : new Hover(describe(row));
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.lensEmitter.dispose();
    this.foldEmitter.dispose();
  }
}

function topCommands(session: PlanSession): Command[] {
  const { uri } = session;
  const refresh = {
    title: "$(refresh) Refresh",
    command: "dotstream.refreshPlan",
    arguments: [uri],
  };
  switch (session.state) {
    case "planning":
    case "applying": {
      const verb = session.state === "planning" ? "Planning" : "Applying";
      const count = plural(operations(session.counts), "operation");
      return [
        { title: `$(loading~spin) ${verb}: ${count}`, command: "" },
        { title: "$(close) Cancel", command: "dotstream.cancel", arguments: [uri] },
      ];
    }
    case "planned":
      return [...decisions(session), refresh, ...forget(session)];
    case "applied": {
      const transaction = session.summary?.transaction;
      const undo = {
        title: "$(discard) Undo",
        command: "dotstream.undo",
        arguments: [{ transaction }],
      };
      return [{ title: "$(check) Applied", command: "" }, ...(transaction == null ? [] : [undo])];
    }
    default:
      return [refresh];
  }
}

function decisions(session: PlanSession): Command[] {
  const { uri, summary } = session;
  if (session.ready) {
    return [
      { title: "$(play) Apply", command: "dotstream.apply", arguments: [uri] },
      { title: "$(close) Cancel", command: "dotstream.discard", arguments: [uri] },
    ];
  }
  if (summary !== undefined && summary.conflicts > 0 && session.asked.kind === "change") {
    const offered = new Set(
      session.text.problems
        .slice(0, LENSES)
        .flatMap((line) => [...(session.text.rowAt(line)?.choices ?? [])]),
    );
    return [
      { title: `$(warning) ${plural(summary.conflicts, "conflict")}`, command: "" },
      ...BULK.filter((policy) => offered.has(policy)).map((policy) => ({
        title: `${POLICIES[policy].title} all`,
        command: "dotstream.resolveAll",
        arguments: [uri, policy],
      })),
    ];
  }
  return [];
}

function forget(session: PlanSession): Command[] {
  if (session.choices === 0) return [];
  const title = `$(clear-all) Forget ${plural(session.choices, "choice")}`;
  return [{ title, command: "dotstream.forgetChoices", arguments: [session.uri] }];
}

function rowCommands(session: PlanSession, row: Row): Command[] {
  const argument = {
    ...session.asked.params,
    path: row.path,
    package: row.package,
    label: row.label,
  };
  const choices = (row.choices ?? []).map((policy) => ({
    title: POLICIES[policy].title,
    command: "dotstream.resolve",
    arguments: [{ ...argument, plan: session.uri, policy }],
  }));
  const diff = {
    title: "Show difference",
    command: "dotstream.diff",
    arguments: [{ root: argument.root, target: argument.target, path: row.path, label: row.label }],
  };
  return [...choices, diff];
}

/** What a row leads to: the file in the package, or else what is in the target. */
function place(row: Row | undefined): Uri | undefined {
  if (row === undefined) return undefined;
  const uri: PathUri = row.source ?? row.path;
  return isOpenable(uri) ? Uri.parse(uri) : undefined;
}

function describe(row: Row): MarkdownString {
  const shown = new MarkdownString();
  shown.appendCodeblock(oneLine(row.label), "text");
  if (row.to !== undefined) shown.appendText(`→ ${oneLine(row.to)}\n`);
  if (row.before !== undefined) shown.appendText(`instead of ${oneLine(row.before)}\n`);
  if (row.message !== undefined) shown.appendText(`${row.message}\n`);
  if (row.package !== undefined) shown.appendText(`package ${oneLine(row.package)}\n`);
  if (!isOpenable(row.path)) {
    shown.appendText("This name is not UTF-8, so VS Code cannot open the file.\n");
  }
  return shown;
}

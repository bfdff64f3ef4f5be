/** What helps to read a plan: folds, an outline, links, hovers. */
import {
  DocumentLink,
  DocumentSymbol,
  EventEmitter,
  FoldingRange,
  FoldingRangeKind,
  Hover,
  l10n,
  languages,
  Location,
  MarkdownString,
  Position,
  Range,
  SymbolKind,
  Uri,
  type DefinitionProvider,
  type Disposable,
  type DocumentLinkProvider,
  type DocumentSymbolProvider,
  type FoldingRangeProvider,
  type HoverProvider,
  type TextDocument,
} from "vscode";
import { HEADER, type PlanText, type Section } from "../plan/text";
import type { Row, PathUri } from "../protocol/schema";
import { isOpenable, oneLine } from "../protocol/paths";
import { LANGUAGE, SCHEME, type Plans } from "./plans";

/** Lines of a document that get links and are in its outline; the rest can be hovered. */
const MARKED = 2000;

export class PlanReading
  implements
    FoldingRangeProvider,
    DocumentSymbolProvider,
    DocumentLinkProvider,
    DefinitionProvider,
    HoverProvider,
    Disposable
{
  private readonly emitter = new EventEmitter<void>();
  private readonly subscriptions: Disposable[];

  readonly onDidChangeFoldingRanges = this.emitter.event;

  constructor(private readonly plans: Plans) {
    const selector = { scheme: SCHEME, language: LANGUAGE };
    this.subscriptions = [
      languages.registerFoldingRangeProvider(selector, this),
      languages.registerDocumentSymbolProvider(selector, this, { label: "Plan" }),
      languages.registerDocumentLinkProvider(selector, this),
      languages.registerDefinitionProvider(selector, this),
      languages.registerHoverProvider(selector, this),
      plans.onDidChangeSession(() => {
        this.emitter.fire();
      }),
    ];
  }

  provideFoldingRanges(document: TextDocument): FoldingRange[] {
    return this.sectionsOf(document).map(
      ({ start, end }) => new FoldingRange(start, end, FoldingRangeKind.Region),
    );
  }

  /** The conflicts first, then the directories as they lie in each other. */
  async provideDocumentSymbols(document: TextDocument): Promise<DocumentSymbol[]> {
    const text = await this.textWritten(document);
    if (text === undefined) return [];
    const problems = text.problems.filter((line) => line < document.lineCount);
    const top: DocumentSymbol[] = problems.slice(0, MARKED).map((line) => {
      const range = document.lineAt(line).range;
      const name = nameOf(document, text, line);
      return new DocumentSymbol(name, "conflict", SymbolKind.Event, range, range);
    });
    const open: DocumentSymbol[] = [];
    for (const { start, end } of this.sectionsOf(document).slice(0, MARKED)) {
      while ((open.at(-1)?.range.end.line ?? end) < end) open.pop();
      const range = new Range(start, 0, end, document.lineAt(end).range.end.character);
      const name = nameOf(document, text, start);
      const kind = SymbolKind.Namespace;
      const symbol = new DocumentSymbol(name, "", kind, range, document.lineAt(start).range);
      (open.at(-1)?.children ?? top).push(symbol);
      open.push(symbol);
    }
    return top;
  }

  async provideDocumentLinks(document: TextDocument): Promise<DocumentLink[]> {
    const text = await this.textWritten(document);
    if (text === undefined) return [];
    const links = [...counted(document), ...more(document)];
    const last = Math.min(document.lineCount, MARKED);
    for (let line = HEADER; line < last; line += 1) {
      const target = place(text.rowAt(line));
      if (target === undefined) continue;
      const link = new DocumentLink(new Range(line, ...columns(text, line)), target);
      link.tooltip = "Open";
      links.push(link);
    }
    return links;
  }

  provideDefinition(document: TextDocument, position: Position): Location | undefined {
    const target = place(this.textOf(document)?.rowAt(position.line));
    return target === undefined ? undefined : new Location(target, new Position(0, 0));
  }

  provideHover(document: TextDocument, position: Position): Hover | undefined {
    const row = this.textOf(document)?.rowAt(position.line);
    return row === undefined ? undefined : new Hover(describe(row));
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.emitter.dispose();
  }

  /** What lies below what, as far as the document has it already. */
  private sectionsOf(document: TextDocument): readonly Section[] {
    const sections = this.textOf(document)?.sections() ?? [];
    return sections.filter(({ end }) => end < document.lineCount);
  }

  private textOf(document: TextDocument): PlanText | undefined {
    return this.plans.at(document.uri)?.textOf(document);
  }

  /** Links and the outline are not asked for again when the last edit is known to have come. */
  private async textWritten(document: TextDocument): Promise<PlanText | undefined> {
    return this.plans.at(document.uri)?.textWritten(document);
  }
}

function columns(text: PlanText, line: number): [start: number, line: number, end: number] {
  const [start, end] = text.nameAt(line);
  return [start, line, end];
}

function nameOf(document: TextDocument, text: PlanText, line: number): string {
  const name = document.lineAt(line).text.slice(...text.nameAt(line));
  return name === "" ? "/" : name;
}

/** The count of conflicts leads to them. */
function counted(document: TextDocument): DocumentLink[] {
  const found = /[\d,]+ conflicts?/.exec(document.lineAt(1).text);
  if (found === null) return [];
  const range = new Range(1, found.index, 1, found.index + found[0].length);
  const link = new DocumentLink(range, Uri.parse("command:dotstream.nextConflict"));
  link.tooltip = l10n.t("Go to the next conflict");
  return [link];
}

/** What is only counted can be had. */
function more(document: TextDocument): DocumentLink[] {
  const last = document.lineAt(document.lineCount - 1);
  if (!last.text.startsWith("…")) return [];
  const link = new DocumentLink(last.range, Uri.parse("command:dotstream.showMoreRows"));
  link.tooltip = l10n.t("Plan again, and show more");
  return [link];
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
  if (row.message !== undefined) shown.appendText(`${oneLine(row.message)}\n`);
  if (row.why !== undefined) shown.appendText(`because ${oneLine(row.why)}\n`);
  if (row.rivals !== undefined)
    shown.appendText(`also wanted by ${row.rivals.map(oneLine).join(", ")}\n`);
  if (row.package !== undefined) shown.appendText(`package ${oneLine(row.package)}\n`);
  if (!isOpenable(row.path)) {
    shown.appendText("This name is not UTF-8, so VS Code cannot open the file.\n");
  }
  return shown;
}

/** Texts to read: read-only documents that are made once and not kept up to date. */
import {
  EventEmitter,
  l10n,
  languages,
  Range,
  Uri,
  window,
  workspace,
  type CodeLens,
  type CodeLensProvider,
  type Command,
  type Disposable,
  type TextDocument,
  type TextDocumentContentProvider,
} from "vscode";
import { lens } from "./lens";
import { LANGUAGE } from "./plans";

const SCHEME = "dotstream-report";

/** Something to press above a line. */
export interface Offer {
  readonly line: number;
  readonly command: Command;
}

interface Report {
  readonly text: string;
  readonly offers: readonly Offer[];
}

export class Reports implements TextDocumentContentProvider, CodeLensProvider, Disposable {
  private readonly reports = new Map<string, Report>();
  private readonly contentEmitter = new EventEmitter<Uri>();
  private readonly lensEmitter = new EventEmitter<void>();
  private readonly subscriptions: Disposable[];

  readonly onDidChange = this.contentEmitter.event;
  readonly onDidChangeCodeLenses = this.lensEmitter.event;

  constructor() {
    this.subscriptions = [
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      languages.registerCodeLensProvider({ scheme: SCHEME }, this),
    ];
  }

  /** Show a text under a name, in place of what had that name, with commands above lines. */
  async show(
    name: string,
    text: string,
    offers: readonly Offer[],
    language = LANGUAGE,
  ): Promise<void> {
    const uri = Uri.from({ scheme: SCHEME, path: `/${name}` });
    this.reports.set(uri.toString(), { text, offers });
    this.contentEmitter.fire(uri);
    this.lensEmitter.fire();
    const document = await workspace.openTextDocument(uri);
    if (document.languageId !== language) {
      await languages.setTextDocumentLanguage(document, language);
    }
    await window.showTextDocument(document, { preview: false });
  }

  provideTextDocumentContent(uri: Uri): string {
    return (
      this.reports.get(uri.toString())?.text ?? l10n.t("This report is from an earlier window.\n")
    );
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    const offers = this.reports.get(document.uri.toString())?.offers ?? [];
    return offers.map(({ line, command }) => lens(new Range(line, 2, line, 2), command));
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.contentEmitter.dispose();
    this.lensEmitter.dispose();
  }
}

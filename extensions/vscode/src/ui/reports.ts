/** Texts to read: read-only documents that are made once and not kept up to date. */
import {
  CodeLens,
  EventEmitter,
  languages,
  Range,
  Uri,
  window,
  workspace,
  type CodeLensProvider,
  type Command,
  type Disposable,
  type TextDocument,
  type TextDocumentContentProvider,
} from "vscode";
import { LANGUAGE } from "./plans";

const SCHEME = "dotstream-report";

interface Report {
  readonly text: string;
  readonly commands: readonly Command[];
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

  /** Show a text under a name, in place of what had that name, with commands above it. */
  async show(
    name: string,
    text: string,
    commands: readonly Command[],
    language = LANGUAGE,
  ): Promise<void> {
    const uri = Uri.from({ scheme: SCHEME, path: `/${name}` });
    this.reports.set(uri.toString(), { text, commands });
    this.contentEmitter.fire(uri);
    this.lensEmitter.fire();
    const document = await workspace.openTextDocument(uri);
    if (document.languageId !== language) {
      await languages.setTextDocumentLanguage(document, language);
    }
    await window.showTextDocument(document, { preview: false });
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.reports.get(uri.toString())?.text ?? "This report is from an earlier window.\n";
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    const top = new Range(0, 0, 0, 0);
    const commands = this.reports.get(document.uri.toString())?.commands ?? [];
    return commands.map((command) => new CodeLens(top, command));
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.contentEmitter.dispose();
    this.lensEmitter.dispose();
  }
}

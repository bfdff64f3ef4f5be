/** `dotstream.toml` has the language of a TOML extension, where there is one. */
import { languages, workspace, type Disposable, type TextDocument } from "vscode";

/** Our own, which only colours: it gives way. */
const OWN = "dotstream";
const TOML = "toml";

export function keepToml(): Disposable {
  for (const document of workspace.textDocuments) void give(document);
  return workspace.onDidOpenTextDocument((document) => void give(document));
}

async function give(document: TextDocument): Promise<void> {
  if (document.languageId !== OWN) return;
  const known = await languages.getLanguages();
  if (known.includes(TOML)) await languages.setTextDocumentLanguage(document, TOML);
}

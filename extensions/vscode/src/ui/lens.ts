/** A command above a line. */
import { CodeLens, type Command, type Range } from "vscode";

/** The space between an icon and what follows is one that VS Code keeps. */
export function lens(range: Range, command: Command): CodeLens {
  const title = command.title.replace(/^(\$\([^)]*\)) /, "$1\u00a0");
  return new CodeLens(range, { ...command, title });
}

/** Paths of the wire: what can be opened, and what is shown of one. */
import { homedir } from "node:os";

/** Whether VS Code can open the path: its file names are text there, not bytes. */
export function isOpenable(uri: string): boolean {
  try {
    decodeURIComponent(uri);
    return true;
  } catch {
    return false;
  }
}

const CONTROL = /[\p{Cc}\u2028\u2029]/gu;

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** `text` on one line, whatever is in it, with the server's own escapes. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, (char) => {
    const code = char.charCodeAt(0);
    const hex = code.toString(16);
    return ESCAPES[char] ?? (code < 256 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex}`);
  });
}

/** A label as its directory, with the slash at the end, and its name. */
export function splitLabel(label: string): readonly [directory: string, name: string] {
  const shown = oneLine(label);
  const end = shown.lastIndexOf("/", shown.length - 2) + 1;
  return [shown.slice(0, end), shown.slice(end)];
}

/** What to show of a path for which the server has sent no label. */
export function labelOf(uri: string, home = homedir()): string {
  const encoded = uri.replace(/^file:\/\//, "");
  const path = oneLine(isOpenable(encoded) ? decodeURIComponent(encoded) : encoded);
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

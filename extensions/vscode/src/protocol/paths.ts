/** Paths of the wire: what can be opened, and what is shown of one. */

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

/** `text` on one line, whatever is in it. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** A label as its directory, with the slash at the end, and its name. */
export function splitLabel(label: string): readonly [directory: string, name: string] {
  const shown = oneLine(label);
  const end = shown.lastIndexOf("/", shown.length - 2) + 1;
  return [shown.slice(0, end), shown.slice(end)];
}

/** What to show of a path for which the server has sent no label. */
export function labelOf(uri: string): string {
  const path = uri.replace(/^file:\/\//, "");
  return oneLine(isOpenable(path) ? decodeURIComponent(path) : path);
}

/** The package directories of this window. */
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { commands, Uri, window, workspace } from "vscode";
import type { Place } from "../protocol/messages";
import type { PathUri } from "../protocol/schema";
import { settings } from "./settings";

const CONFIGURATION = "dotstream.toml";
const MARKERS = [CONFIGURATION, ".stowrc", ".stow"];
const USUAL = ["dotfiles", ".dotfiles"];

/** Absolute paths: the one that is set, or those of the folders, or the usual one at home. */
export function roots(): string[] {
  const set = settings.root().trim();
  if (set !== "") return [expandHome(set)];
  const found = (workspace.workspaceFolders ?? [])
    .filter((folder) => folder.uri.scheme === "file")
    .flatMap((folder) => {
      const above = findUpward(folder.uri.fsPath);
      return above === undefined ? findBelow(folder.uri.fsPath) : [above];
    });
  if (found.length > 0) return [...new Set(found)];
  const usual = USUAL.map((name) => join(homedir(), name)).find(isRoot);
  return usual === undefined ? [] : [usual];
}

/** The root and target that every request names. */
export function placeOf(root: string): Place {
  return placeAt(Uri.file(root).toString());
}

/** The same for a package directory that the server has named. */
export function placeAt(root: PathUri): Place {
  const target = settings.target().trim();
  return {
    root,
    ...(target === "" ? {} : { target: Uri.file(expandHome(target)).toString() }),
  };
}

/** The package directory to act on; asks if there are several, explains if there is none. */
export async function chooseRoot(): Promise<Place | undefined> {
  const found = roots();
  const [only] = found;
  if (only === undefined) {
    const open = "Open Folder…";
    const choice = await window.showInformationMessage(
      "No package directory is open. Open the folder that has your dotstream.toml, or name it in the setting “dotstream.root”.",
      open,
    );
    if (choice === open) await commands.executeCommand("vscode.openFolder");
    return undefined;
  }
  if (found.length === 1) return placeOf(only);
  const picked = await window.showQuickPick(
    found.map((root) => ({ label: basename(root), description: dirname(root), root })),
    { title: "Which package directory?" },
  );
  return picked === undefined ? undefined : placeOf(picked.root);
}

function isRoot(path: string): boolean {
  return MARKERS.some((name) => existsSync(join(path, name)));
}

/** The package directories that are right inside a folder, as in a home that is open. */
function findBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name))
    .filter((path) => existsSync(join(path, CONFIGURATION)));
}

function findUpward(start: string): string | undefined {
  for (let place = start; ; place = dirname(place)) {
    if (isRoot(place)) return place;
    if (place === dirname(place)) return undefined;
  }
}

function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}

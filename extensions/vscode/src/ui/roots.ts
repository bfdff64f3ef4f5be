/** The package directories of this window. */
import { readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { commands, l10n, Uri, window, workspace } from "vscode";
import type { Place } from "../protocol/messages";
import type { PathUri } from "../protocol/schema";
import { settings } from "./settings";

const CONFIGURATION = "dotstream.toml";
const MARKERS = [CONFIGURATION, ".stowrc", ".stow"];
const USUAL = ["dotfiles", ".dotfiles"];

/** Absolute paths: the one that is set, or those of the folders, or the usual one at home. */
export async function roots(): Promise<readonly string[]> {
  const here = await rootsHere();
  if (here.length > 0) return here;
  for (const name of USUAL) {
    const usual = join(homedir(), name);
    if (await isRoot(usual)) return [usual];
  }
  return [];
}

/** The one that is set, or those of the folders: what this window is about, unasked. */
export async function rootsHere(): Promise<readonly string[]> {
  const set = settings.root().trim();
  if (set !== "") return [expandHome(set)];
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
  const found = await Promise.all(
    folders.map(async ({ uri: { fsPath } }) => {
      const above = await findUpward(fsPath);
      return above === undefined ? await findBelow(fsPath) : [above];
    }),
  );
  return [...new Set(found.flat())];
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
  const found = await roots();
  const [only] = found;
  if (only === undefined) {
    const open = l10n.t("Open Folder…");
    const choice = await window.showInformationMessage(
      l10n.t(
        "No package directory is open. Open the folder that has your dotstream.toml, or name it in the setting “dotstream.root”.",
      ),
      open,
    );
    if (choice === open) await commands.executeCommand("vscode.openFolder");
    return undefined;
  }
  if (found.length === 1) return placeOf(only);
  const picked = await window.showQuickPick(
    found.map((root) => ({ label: basename(root), description: dirname(root), root })),
    { title: l10n.t("Which package directory?") },
  );
  return picked === undefined ? undefined : placeOf(picked.root);
}

async function isRoot(path: string): Promise<boolean> {
  const found = await Promise.all(MARKERS.map((name) => exists(join(path, name))));
  return found.includes(true);
}

/** Whether something is there that can be reached. */
async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false, // what cannot be reached is nothing to work with
  );
}

/** The package directories that are right inside a folder, as in a home that is open. */
async function findBelow(folder: string): Promise<string[]> {
  // A folder of the workspace may be missing, or not to be read: the others count all the same.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));
  const found = await Promise.all(paths.map((path) => exists(join(path, CONFIGURATION))));
  return paths.filter((_, index) => found[index] === true);
}

async function findUpward(start: string): Promise<string | undefined> {
  for (let place = start; ; place = dirname(place)) {
    if (await isRoot(place)) return place;
    if (place === dirname(place)) return undefined;
  }
}

function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}

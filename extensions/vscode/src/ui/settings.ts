/** The settings, read where they are needed, so that a change counts at once. */
import { Uri, workspace } from "vscode";
import type { PlanOptions } from "../protocol/messages";
import type { PathUri } from "../protocol/schema";
import type { Folding, Policy } from "../protocol/words";

export const SECTION = "dotstream";

/** @param of what it is asked about: a folder of the window may have it otherwise. */
function read<T>(key: string, fallback: T, of?: PathUri): T {
  const scope = of === undefined ? undefined : Uri.parse(of);
  return workspace.getConfiguration(SECTION, scope).get<T>(key, fallback);
}

export const settings = {
  serverPath: () => read("server.path", ""),
  root: () => read("root", ""),
  target: () => read("target", ""),
  previewFirst: (root: PathUri) => read("previewFirst", true, root),
  maxLines: () => read("plan.maxLines", 2000),
  window: () => read("plan.window", 8),
  badges: () => read("explorer.badges", true),
  codeLens: () => read("codeLens", true),
  inlayHints: () => read("inlayHints", true),
};

/** `folding` and `onConflict`; left out where the configuration of the packages decides. */
export function planOptions(root: PathUri): PlanOptions {
  const folding = read<Folding | "configured">("folding", "configured", root);
  const onConflict = read<Policy | "configured">("onConflict", "configured", root);
  return {
    ...(folding === "configured" ? {} : { folding }),
    ...(onConflict === "configured" ? {} : { onConflict }),
  };
}

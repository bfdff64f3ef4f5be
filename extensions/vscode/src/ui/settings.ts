/** The settings, read where they are needed, so that a change counts at once. */
import { workspace } from "vscode";
import type { PlanOptions } from "../protocol/messages";
import type { Folding, Policy } from "../protocol/words";

export const SECTION = "dotstream";

function read<T>(key: string, fallback: T): T {
  return workspace.getConfiguration(SECTION).get<T>(key, fallback);
}

export const settings = {
  serverPath: () => read("server.path", ""),
  root: () => read("root", ""),
  target: () => read("target", ""),
  previewFirst: () => read("previewFirst", true),
  maxLines: () => read("plan.maxLines", 2000),
  window: () => read("plan.window", 32),
  badges: () => read("explorer.badges", true),
  codeLens: () => read("codeLens", true),
  inlayHints: () => read("inlayHints", true),
};

/** `folding` and `onConflict`; left out where the configuration of the packages decides. */
export function planOptions(): PlanOptions {
  const folding = read<Folding | "configured">("folding", "configured");
  const onConflict = read<Policy | "configured">("onConflict", "configured");
  return {
    ...(folding === "configured" ? {} : { folding }),
    ...(onConflict === "configured" ? {} : { onConflict }),
  };
}

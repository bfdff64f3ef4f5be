/** The packages of a package directory. */
import { Uri, workspace, FileType } from "vscode";
import type { Packages, Place } from "../protocol/messages";
import type { Server } from "./server";

const METHOD = "dotstream/packages";

export async function packagesOf(server: Server, place: Place): Promise<Packages> {
  if (server.supports(METHOD)) return await server.request<Packages>(METHOD, place);
  const root = Uri.parse(place.root);
  const entries = await workspace.fs.readDirectory(root);
  return {
    root: place.root,
    rootLabel: root.fsPath,
    target: place.target ?? "",
    targetLabel: place.target === undefined ? "the target" : Uri.parse(place.target).fsPath,
    configuration: null,
    packages: entries
      .filter(([name, type]) => type === FileType.Directory && !name.startsWith("."))
      .map(([name]) => ({
        name,
        path: "",
        target: "",
        active: true,
        reason: null,
        required: false,
      })),
    profiles: [],
  };
}

/** What a repository asks for beyond links in the home counts once its user has agreed to it. */
import { l10n, window } from "vscode";
import type { Place } from "../protocol/messages";
import type { AgreeResult } from "../protocol/schema";
import { oneLine } from "../protocol/paths";
import type { Server } from "./server";

export type Wish = AgreeResult["wishes"][number];

/** Show the wishes that are not agreed to, and agree to them if the user says so. */
export async function agree(
  server: Server,
  place: Place,
  wishes: readonly Wish[],
): Promise<boolean> {
  const open = wishes.filter(({ agreed }) => !agreed);
  const detail = open
    .map(({ setting, meaning, package: name }) => {
      const of = name === null ? "" : ` (package ${oneLine(name)})`;
      return `${oneLine(setting)}${of}\n    ${oneLine(meaning)}`;
    })
    .join("\n\n");
  const message = l10n.t(
    "This repository asks for more than links in your home. Do you agree to that?",
  );
  const choice = await window.showWarningMessage(message, { modal: true, detail }, l10n.t("Agree"));
  if (choice === undefined) return false;
  const settings = open.map(({ setting }) => setting);
  await server.request<AgreeResult>("dotstream/agree", { ...place, settings });
  return true;
}

/** Failures as messages with a button for what helps. */
import { commands, l10n, Position, Range, Uri, window, type LogOutputChannel } from "vscode";
import { faultOf, type Fault, type Remedy } from "../protocol/faults";
import { isOpenable } from "../protocol/paths";
import { NotRunning } from "./server";

const LABELS: Readonly<Record<Remedy, string>> = {
  refresh: l10n.t("Refresh Plan"),
  recover: l10n.t("Recover…"),
  configuration: l10n.t("Open Configuration"),
  doctor: l10n.t("Run Doctor"),
  log: l10n.t("Show Log"),
};

const COMMANDS: Readonly<Record<Exclude<Remedy, "configuration">, string>> = {
  refresh: "dotstream.refreshPlan",
  recover: "dotstream.recover",
  doctor: "dotstream.doctor",
  log: "dotstream.showLog",
};

/** Run a command's work; what it throws is told to the user, and only that. */
export function telling<Arguments extends unknown[]>(
  log: LogOutputChannel,
  work: (...args: Arguments) => Promise<void>,
): (...args: Arguments) => Promise<void> {
  return async (...args) => {
    try {
      await work(...args);
    } catch (error) {
      void tell(log, error);
    }
  };
}

/** Tell of a failure; of something that was cancelled, only say so. */
export async function tell(log: LogOutputChannel, error: unknown): Promise<void> {
  if (error instanceof NotRunning) {
    await explainAbsence(error);
    return;
  }
  const fault = faultOf(error);
  if (fault.cancelled) {
    void window.showInformationMessage(`dotstream: ${fault.message}`);
    return;
  }
  log.error(fault.message);
  const labels = fault.remedies.map((remedy) => LABELS[remedy]);
  const choice = await window.showErrorMessage(`dotstream: ${fault.message}`, ...labels);
  const remedy = fault.remedies.find((each) => LABELS[each] === choice);
  if (remedy === "configuration") await open(fault);
  else if (remedy !== undefined) await commands.executeCommand(COMMANDS[remedy]);
}

async function open({ path, line = 1, column = 1 }: Fault): Promise<void> {
  if (path === undefined || !isOpenable(path)) return;
  const at = new Position(Math.max(0, line - 1), Math.max(0, column - 1));
  await window.showTextDocument(Uri.parse(path), { selection: new Range(at, at) });
}

async function explainAbsence({ state, message, update }: NotRunning): Promise<void> {
  if (state === "missing") {
    await commands.executeCommand("dotstream.installHelp");
  } else if (state === "untrusted") {
    const manage = l10n.t("Manage Workspace Trust");
    const choice = await window.showWarningMessage(
      l10n.t(
        "dotstream runs a program and reads dotstream.toml, so it waits until you trust this workspace.",
      ),
      manage,
    );
    if (choice === manage) await commands.executeCommand("workbench.trust.manage");
  } else if (update !== undefined) {
    const set = l10n.t("Settings");
    const terminal = l10n.t("Update…");
    const choice = await window.showErrorMessage(message, terminal, set);
    if (choice === terminal) await commands.executeCommand("dotstream.runInTerminal", update);
    if (choice === set) {
      await commands.executeCommand("workbench.action.openSettings", "dotstream.server.path");
    }
  } else {
    const restart = l10n.t("Restart Server");
    const log = l10n.t("Show Log");
    const choice = await window.showErrorMessage(message, restart, log);
    if (choice === restart) await commands.executeCommand("dotstream.restart");
    if (choice === log) await commands.executeCommand("dotstream.showLog");
  }
}

/** The extension's log, asked for until it is seen. */
import { window, type LogOutputChannel } from "vscode";

/** How often VS Code is asked, and milliseconds between: it forgets while a window opens. */
const ATTEMPTS = 8;
const SOON = 500;

/** Show the log, and ask again until it is seen: a window that is still opening may forget. */
export async function showLog(log: LogOutputChannel): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    log.show();
    await new Promise((resolve) => setTimeout(resolve, SOON));
    if (isShown(log)) return;
  }
}

function isShown(log: LogOutputChannel): boolean {
  return window.visibleTextEditors.some(
    ({ document: { uri } }) => uri.scheme === "output" && uri.path.endsWith(`.${log.name}.log`),
  );
}

/** Where a server is looked for: what this machine and window have. */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { promisify } from "node:util";
import { extensions } from "vscode";
import type { Surroundings } from "../server/discover";
import { settings } from "./settings";

/** @param bundled the script that starts the server which this extension brings along. */
export async function surroundings(bundled: string): Promise<Surroundings> {
  return {
    configured: settings.serverPath(),
    interpreter: await chosenInterpreter(),
    path: process.env.PATH ?? "",
    home: homedir(),
    isExecutable,
    isPython,
    bundled,
  };
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

const runs = promisify(execFile);

/** Whether a program is a Python from 3.11 on. */
async function isPython(path: string): Promise<boolean> {
  const question = "import sys; sys.exit(sys.version_info < (3, 11))";
  return await runs(path, ["-c", question]).then(
    () => true,
    () => false, // it is older, or none at all
  );
}

interface PythonApi {
  readonly environments?: {
    getActiveEnvironmentPath(): { readonly path: string };
    resolveEnvironment(environment: {
      readonly path: string;
    }): Promise<
      { readonly executable: { readonly uri?: { readonly fsPath: string } } } | undefined
    >;
  };
}

/** The interpreter that is chosen in the Python extension, if that is there. */
async function chosenInterpreter(): Promise<string | undefined> {
  const python = extensions.getExtension<PythonApi>("ms-python.python");
  if (python === undefined) return undefined;
  const { environments } = await python.activate();
  if (environments === undefined) return undefined;
  const found = await environments.resolveEnvironment(environments.getActiveEnvironmentPath());
  return found?.executable.uri?.fsPath;
}

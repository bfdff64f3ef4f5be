/** Finding the language server: one ladder, tried from the top. */
import { delimiter, dirname, join } from "node:path";

export interface Surroundings {
  /** The setting `dotstream.server.path`, or empty. */
  readonly configured: string;
  /** The interpreter that is chosen in the Python extension. */
  readonly interpreter: string | undefined;
  /** The variable PATH. */
  readonly path: string;
  readonly home: string;
  /** Whether a path is a file that can be run. */
  readonly isExecutable: (path: string) => Promise<boolean>;
}

export type Rung = "setting" | "Python environment" | "PATH" | "user installation";

export type Discovery =
  | { readonly found: true; readonly command: string; readonly by: Rung }
  | { readonly found: false; readonly tried: readonly string[]; readonly configured: boolean };

const PROGRAM = "dotstream";

/** What installs the server, apart from everything else. */
export const INSTALL_COMMAND = `pipx install "dotstream[lsp]"`;

/** What brings it up to date. */
export const UPDATE_COMMAND = "pipx upgrade dotstream";

/**
 * Find the server: the setting, the chosen Python environment, PATH, then where user
 * installations go (a window that was not started from a shell may not have it on PATH).
 *
 * A setting that names nothing that can be run is an error, not a reason to look elsewhere.
 */
export async function discover(around: Surroundings): Promise<Discovery> {
  const configured = expandHome(around.configured.trim(), around.home);
  if (configured !== "") {
    return (await around.isExecutable(configured))
      ? { found: true, command: configured, by: "setting" }
      : { found: false, tried: [configured], configured: true };
  }
  const tried: string[] = [];
  for (const [by, command] of rungs(around)) {
    if (await around.isExecutable(command)) return { found: true, command, by };
    tried.push(command);
  }
  return { found: false, tried, configured: false };
}

function* rungs(around: Surroundings): Generator<readonly [Rung, string]> {
  if (around.interpreter !== undefined && around.interpreter !== "") {
    yield ["Python environment", join(dirname(around.interpreter), PROGRAM)];
  }
  for (const directory of around.path.split(delimiter)) {
    if (directory !== "") yield ["PATH", join(directory, PROGRAM)];
  }
  yield ["user installation", join(around.home, ".local", "bin", PROGRAM)];
}

function expandHome(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(2)) : path;
}

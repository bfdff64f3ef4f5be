/** Finding the language server: one ladder, tried from the top. */
import { delimiter, dirname, join } from "node:path";
import { SOURCE, VERSION } from "../protocol/words";

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
  /** Whether a program is a Python that runs the server, as its version goes. */
  readonly isPython: (path: string) => Promise<boolean>;
  /** The script that starts the server which this extension brings along. */
  readonly bundled: string;
}

export type Rung = "setting" | "Python environment" | "PATH" | "user installation" | "extension";

export type Discovery =
  | {
      readonly found: true;
      readonly command: string;
      readonly args: readonly string[];
      readonly by: Rung;
    }
  | { readonly found: false; readonly tried: readonly string[]; readonly configured: boolean };

const PROGRAM = "dotstream";
const PYTHONS = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];

/** What installs the server apart from everything else, or brings it up to date. */
export function installCommand(bundled: string): string {
  const wheel = join(dirname(bundled), `dotstream-${VERSION}-py3-none-any.whl`);
  const quoted = `'${(SOURCE || wheel).replaceAll("'", `'\\''`)}'`;
  return `pipx install --force ${quoted}`;
}

/**
 * Find the server: the setting, the chosen Python environment, PATH, then where user
 * installations go (a window that was not started from a shell may not have it on PATH), and
 * then the one that this extension brings along.
 *
 * A setting that names nothing that can be run is an error, not a reason to look elsewhere.
 */
export async function discover(around: Surroundings): Promise<Discovery> {
  const configured = expandHome(around.configured.trim(), around.home);
  if (configured !== "") {
    return (await around.isExecutable(configured))
      ? { found: true, command: configured, args: ["lsp"], by: "setting" }
      : { found: false, tried: [configured], configured: true };
  }
  const tried: string[] = [];
  for (const [by, command] of rungs(around)) {
    if (await around.isExecutable(command)) return { found: true, command, args: ["lsp"], by };
    tried.push(command);
  }
  const own = await bundledServer(around);
  if (own !== undefined) return own;
  return { found: false, tried, configured: false };
}

/** The server that this extension brings along, if there is a Python that runs it. */
export async function bundledServer(around: Surroundings): Promise<Discovery | undefined> {
  for (const command of interpreters(around)) {
    if ((await around.isExecutable(command)) && (await around.isPython(command))) {
      return { found: true, command, args: [around.bundled, "lsp"], by: "extension" };
    }
  }
  return undefined;
}

function* interpreters({ interpreter, path }: Surroundings): Generator<string> {
  if (interpreter !== undefined && interpreter !== "") yield interpreter;
  for (const name of PYTHONS) {
    for (const directory of path.split(delimiter)) {
      if (directory !== "") yield join(directory, name);
    }
  }
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

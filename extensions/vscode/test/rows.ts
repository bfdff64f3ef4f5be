/** Rows as the server sends them, to plan with in tests. */
import type { Row } from "../src/protocol/schema";

export function link(label: string, to = "dotfiles/x"): Row {
  const path = `file:///home/me/${label.replace(/^~\//, "")}`;
  return { op: "create_link", path, label, to, package: "zsh" };
}

export function conflict(label: string): Row {
  return {
    op: "conflict",
    path: `file:///home/me/${label.replace(/^~\//, "")}`,
    label,
    conflict: "real_file",
    package: "zsh",
    source: "file:///home/me/dotfiles/zsh/.zshrc",
    other: null,
    choices: ["skip", "backup"],
    message: "a file is in its place",
  };
}

--- What rows and policies are called, and where dotstream comes from. Made by `python -m tests.generated`.
local M = {}

M.VERSION = "0.1.0"

--- What pip and pipx are given once dotstream is published.
M.SOURCE = ""

M.ACTIONS = { "manage", "unmanage", "remanage", "adopt" }
M.FOLDINGS = { "safe", "always", "never" }
M.POLICIES = { "fail", "adopt", "backup", "overwrite", "skip" }

--- Operations, in the order in which they are counted for a person.
M.OPERATIONS = {
  "create_link",
  "replace_link",
  "remove_link",
  "move_file",
  "make_dir",
  "remove_dir",
  "unfold",
  "refold",
  "keep_link",
}

---@class (exact) dotstream.RowWords
---@field sign string
---@field word string
---@field effect string
---@field verb string
---@field due string
---@field done string
---@field noun string
---@field nouns string

---@type table<string, dotstream.RowWords>
M.WORDS = {
  create_link = {
    sign = "+",
    word = "link",
    effect = "add",
    verb = "link",
    due = "to link",
    done = "linked",
    noun = "",
    nouns = "",
  },
  replace_link = {
    sign = "~",
    word = "relink",
    effect = "change",
    verb = "relink",
    due = "to relink",
    done = "relinked",
    noun = "",
    nouns = "",
  },
  remove_link = {
    sign = "-",
    word = "unlink",
    effect = "remove",
    verb = "unlink",
    due = "to unlink",
    done = "unlinked",
    noun = "",
    nouns = "",
  },
  move_file = {
    sign = "~",
    word = "move",
    effect = "change",
    verb = "move",
    due = "to move",
    done = "moved",
    noun = "",
    nouns = "",
  },
  make_dir = {
    sign = "+",
    word = "mkdir",
    effect = "add",
    verb = "make directory",
    due = "to make",
    done = "made",
    noun = "directory",
    nouns = "directories",
  },
  remove_dir = {
    sign = "-",
    word = "rmdir",
    effect = "remove",
    verb = "remove directory",
    due = "to remove",
    done = "removed",
    noun = "directory",
    nouns = "directories",
  },
  unfold = {
    sign = "~",
    word = "unfold",
    effect = "change",
    verb = "unfold",
    due = "to unfold",
    done = "unfolded",
    noun = "",
    nouns = "",
  },
  refold = {
    sign = "~",
    word = "fold",
    effect = "change",
    verb = "fold",
    due = "to fold",
    done = "folded",
    noun = "",
    nouns = "",
  },
  keep_link = {
    sign = "=",
    word = "keep",
    effect = "keep",
    verb = "keep",
    due = "",
    done = "",
    noun = "",
    nouns = "",
  },
  conflict = {
    sign = "!",
    word = "conflict",
    effect = "conflict",
    verb = "",
    due = "",
    done = "",
    noun = "",
    nouns = "",
  },
  error = {
    sign = "!",
    word = "error",
    effect = "error",
    verb = "",
    due = "",
    done = "",
    noun = "",
    nouns = "",
  },
  notice = {
    sign = "·",
    word = "note",
    effect = "note",
    verb = "",
    due = "",
    done = "",
    noun = "",
    nouns = "",
  },
}

---@class (exact) dotstream.PolicyWords
---@field title string
---@field meaning string

---@type table<string, dotstream.PolicyWords>
M.MEANINGS = {
  fail = {
    title = "Do nothing",
    meaning = "change nothing until it is resolved",
  },
  adopt = {
    title = "Adopt",
    meaning = "move what is there into the package, then link to it",
  },
  backup = {
    title = "Back up",
    meaning = "move what is there to the backup area, then link",
  },
  overwrite = {
    title = "Overwrite",
    meaning = "link over what is there, even another package's link; undo restores it",
  },
  skip = {
    title = "Skip",
    meaning = "leave what is there and do the rest",
  },
}

return M

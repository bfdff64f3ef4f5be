--- Settings: the defaults, and what the user made of them.
local M = {}

---@type dotstream.Config
M.defaults = {
  -- The command that starts the server.
  cmd = { "dotstream", "lsp", "--stdio" },
  -- Start the server when a file of a package directory is opened.
  enable = true,
  -- The package directory of commands that are given outside of one, such as "~/dotfiles".
  root = "",
  -- Where links are made; "" is what the package directory's configuration says.
  target = "",
  -- Ask before something is changed, except by :w in a plan.
  confirm = true,
  inline = {
    -- Show in the first line of a file where it is linked, and in what state.
    enable = true,
    -- What comes before it.
    prefix = "  ",
  },
  codelens = {
    -- Show the server's code lenses in dotstream.toml, and keep them up to date.
    enable = true,
  },
  plan = {
    -- The command that opens the window of a plan.
    open = "botright split",
    -- Rows kept in the buffer; the rest is counted, and loaded when you ask for it.
    max_rows = 10000,
    -- Rows kept of one directory.
    max_rows_per_directory = 500,
    -- Batches that the server may send ahead of what is on the screen.
    window = 8,
    -- Close the folds of directories with more rows than this once a plan is complete.
    fold_over = 100,
    signs = {
      add = "+",
      change = "~",
      remove = "-",
      conflict = "!",
      error = "E",
      note = "i",
      keep = "=",
    },
    keys = {
      open = "<CR>",
      diff = "gd",
      resolve = "ga",
      resolve_all = "gA",
      next_conflict = "]c",
      previous_conflict = "[c",
      refresh = "R",
      undo = "u",
      cancel = "<C-c>",
      close = "q",
      help = "g?",
    },
  },
}

---@type dotstream.Config?
local current

---@param given table
---@param known table
---@param prefix string
---@param problems string[]
local function check(given, known, prefix, problems)
  for key, value in pairs(given) do
    local default = known[key]
    if default == nil then
      table.insert(problems, ("there is no option %s%s"):format(prefix, key))
    elseif type(value) ~= type(default) then
      local expected = ("%s%s: expected a %s, got a %s"):format(
        prefix,
        key,
        type(default),
        type(value)
      )
      table.insert(problems, expected)
    elseif type(default) == "table" and not vim.islist(default) then
      check(value, default, prefix .. key .. ".", problems)
    end
  end
end

--- Return what is wrong with options that a user gave, one line each.
---@param options table
---@return string[]
function M.problems(options)
  local problems = {}
  check(options, M.defaults, "", problems)
  table.sort(problems)
  return problems
end

---@param options? dotstream.Options
function M.set(options)
  options = options or {}
  local problems = M.problems(options)
  if #problems > 0 then
    local text = "dotstream: "
      .. table.concat(problems, "\n")
      .. "\nSee :help dotstream-configuration"
    vim.notify(text, vim.log.levels.WARN)
  end
  current = vim.tbl_deep_extend("force", {}, M.defaults, options)
end

---@return dotstream.Config
function M.get()
  if not current then
    M.set(vim.g.dotstream)
  end
  return assert(current)
end

return M

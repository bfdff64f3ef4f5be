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
    -- Rows kept of one directory, as long as there is room for all.
    max_rows_per_directory = 500,
    -- Batches that the server may send ahead of what is on the screen.
    window = 2,
    -- Close the folds of directories with more rows than this once a plan is complete, except
    -- where there are conflicts.
    fold_over = 100,
    signs = {
      add = "+",
      change = "~",
      remove = "-",
      conflict = "!",
      error = "E",
      note = "i",
      keep = "=",
      omit = "x",
    },
    -- Keys of the plan buffer; false turns one off.
    keys = {
      open = "<CR>",
      diff = "gd",
      explain = "K",
      resolve = "ga",
      resolve_all = "gA",
      omit = "dd",
      quickfix = "gq",
      next_conflict = "]c",
      previous_conflict = "[c",
      refresh = "R",
      undo = "u",
      redo = "<C-r>",
      cancel = "<C-c>",
      close = "q",
      help = "g?",
    },
  },
}

---@type dotstream.Config?
local current
---@type table what was given to |dotstream.setup()|
local given = {}

--- What a value of the right type should be and is not, or nil.
---@param name string of the option, in full
---@param value any
---@return string?
local function wanted(name, value)
  if name == "cmd" then
    local right = vim.islist(value) and (value[1] or "") ~= ""
    for _, word in ipairs(value) do
      right = right and type(word) == "string"
    end
    return not right and "a list of strings, the program first" or nil
  elseif name == "plan.open" then
    local known = value == "" or pcall(vim.api.nvim_parse_cmd, value, {})
    return not known and "a command" or nil
  elseif vim.startswith(name, "plan.signs.") then
    local fits = not value:find("%c") and vim.fn.strdisplaywidth(value) <= 2
    return not fits and "two columns at most" or nil
  elseif type(value) == "number" then
    return (value < 1 or value % 1 ~= 0) and "a whole number above 0" or nil
  end
end

--- Take over what is right of what a user gave, and say what is wrong.
---@param from table
---@param known table
---@param into table
---@param prefix string
---@param problems string[]
local function take(from, known, into, prefix, problems)
  for key, value in pairs(from) do
    local default, name = known[key], prefix .. tostring(key)
    local expected = type(default)
    local off = value == false and prefix == "plan.keys."
    local better = type(value) == expected and wanted(name, value)
    if default == nil then
      table.insert(problems, ("there is no option %s"):format(name))
    elseif type(value) ~= expected and not off then
      local text = ("%s: expected a %s, got a %s"):format(name, expected, type(value))
      table.insert(problems, text)
    elseif better then
      table.insert(problems, ("%s: expected %s"):format(name, better))
    elseif expected == "table" and name ~= "cmd" then
      take(value, default, into[key], name .. ".", problems)
    else
      into[key] = value
    end
  end
end

--- The settings as they are to be, and what is wrong with those that were given, a line each.
---@return dotstream.Config, string[] problems
local function settle()
  local settings, problems = vim.deepcopy(M.defaults), {}
  for where, options in pairs({ ["vim.g.dotstream"] = vim.g.dotstream or {}, setup = given }) do
    if type(options) ~= "table" then
      local text = ("%s: expected a table, got a %s"):format(where, type(options))
      table.insert(problems, text)
    end
  end
  for _, options in ipairs({ vim.g.dotstream or {}, given }) do
    if type(options) == "table" then
      take(options, M.defaults, settings, "", problems)
    end
  end
  table.sort(problems)
  return settings, problems
end

--- What is wrong with the options that the user gave, one line each.
---@return string[]
function M.problems()
  local _, problems = settle()
  return problems
end

---@return dotstream.Config
local function update()
  local settings, problems = settle()
  current = settings
  if #problems > 0 then
    local text = "dotstream: " .. table.concat(problems, "\n")
    vim.schedule(function()
      vim.notify(text .. "\nSee :help dotstream-configuration", vim.log.levels.WARN)
    end)
  end
  return settings
end

--- Set options, on top of those in |g:dotstream|.
---@param options? dotstream.Options
function M.set(options)
  given = options or {}
  update()
end

---@return dotstream.Config
function M.get()
  return current or update()
end

return M

--- `:Dotstream`: words and flags, as the command line has them, and their completion.
local errors = require("dotstream.errors")
local paths = require("dotstream.paths")
local vocabulary = require("dotstream.words")

local M = {}

local FLAGS = {
  ["--dir"] = "root",
  ["--target"] = "target",
  ["--profile"] = "profile",
  ["--package"] = "package",
  ["--folding"] = "folding",
  ["--on-conflict"] = "onConflict",
}

local VALUES = {
  ["--folding"] = vocabulary.FOLDINGS,
  ["--on-conflict"] = vocabulary.POLICIES,
}

---@class dotstream.Words
---@field words string[]
---@field root? string
---@field target? string
---@field profile? string
---@field package? string
---@field folding? string
---@field onConflict? string

--- Take the flags out of the words of a command.
---@param given string[]
---@return dotstream.Words?, string? problem
function M.parse(given)
  local parsed = { words = {} } ---@type dotstream.Words
  for _, word in ipairs(given) do
    local flag, value = word:match("^(%-%-[%w-]+)=?(.*)$")
    if flag then
      local field = FLAGS[flag]
      if not field then
        return nil, ("there is no flag %s"):format(flag)
      elseif value == "" then
        return nil, ("%s needs a value: %s=…"):format(flag, flag)
      end
      parsed[field] = value
    else
      table.insert(parsed.words, word)
    end
  end
  parsed.root = parsed.root and paths.absolute(parsed.root)
  parsed.target = parsed.target and paths.absolute(parsed.target)
  return parsed
end

---@param action string
---@param parsed dotstream.Words
---@param after "show"|"ask"|"apply"
local function start(action, parsed, after)
  local options = { folding = parsed.folding, onConflict = parsed.onConflict }
  local request = {
    action = action,
    root = parsed.root,
    target = parsed.target,
    profile = parsed.profile,
    options = next(options) and options or nil,
    after = after,
  }
  if action ~= "adopt" then
    request.packages = parsed.words
    return require("dotstream.start").plan(request)
  end
  local files = parsed.words
  if #files == 0 then
    files = { vim.api.nvim_buf_get_name(0) }
    if vim.bo.buftype ~= "" or files[1] == "" then
      return errors.notify("adopt what? Open the file, or name it", vim.log.levels.ERROR)
    end
  end
  request.paths = vim.tbl_map(paths.absolute, files)
  if parsed.package then
    request.packages = { parsed.package }
    return require("dotstream.start").plan(request)
  end
  M.choose_package(request)
end

--- Ask into which package files go.
---@param request dotstream.PlanRequest
function M.choose_package(request)
  local place = require("dotstream.start").place(request)
  if not place then
    return
  end
  require("dotstream.start").packages(place, function(_, listed)
    local names = vim.tbl_map(function(package)
      return package.name
    end, listed.packages)
    vim.ui.select(
      names,
      { prompt = "Adopt into which package?", kind = "dotstream.package" },
      function(name)
        if name then
          request.packages = { name }
          require("dotstream.start").plan(request)
        end
      end
    )
  end)
end

---@param parsed dotstream.Words
---@param act fun(place: { root: string, target?: string })
local function at_place(parsed, act)
  local place = require("dotstream.start").place(parsed)
  if place then
    act(place)
  end
end

---@type table<string, fun(parsed: dotstream.Words, bang: boolean)>
local COMMANDS = {
  plan = function(parsed)
    local action = "manage"
    if vim.list_contains(vocabulary.ACTIONS, parsed.words[1]) then
      action = table.remove(parsed.words, 1)
    end
    start(action, parsed, "show")
  end,
  status = function(parsed)
    at_place(parsed, function(place)
      require("dotstream.packages").show(place, parsed.words)
    end)
  end,
  doctor = function(parsed, bang)
    at_place(parsed, function(place)
      require("dotstream.doctor").run(place, bang or parsed.words[1] == "fix")
    end)
  end,
  history = function(parsed)
    at_place(parsed, function(place)
      require("dotstream.history").show(place)
    end)
  end,
  undo = function(parsed, bang)
    at_place(parsed, function(place)
      local after = bang and "apply" or "ask"
      require("dotstream.history").undo(place, tonumber(parsed.words[1]), after)
    end)
  end,
  recover = function(parsed, bang)
    at_place(parsed, function(place)
      require("dotstream.server").ensure(place.root, function(client)
        require("dotstream.recover").offer(client, { target = place.target, now = bang })
      end)
    end)
  end,
  diff = function(parsed)
    local path = parsed.words[1] and paths.absolute(parsed.words[1]) or vim.api.nvim_buf_get_name(0)
    at_place(parsed, function(place)
      require("dotstream.server").ensure(place.root, function(client)
        require("dotstream.diff").show(client, place.root, place.target, paths.to_uri(path))
      end)
    end)
  end,
  cancel = function()
    if require("dotstream.request").cancel_all() == 0 then
      errors.notify("nothing is running")
    end
  end,
  log = function()
    require("dotstream.server").open_log()
  end,
  restart = function()
    require("dotstream.server").restart()
  end,
}

for _, action in ipairs(vocabulary.ACTIONS) do
  COMMANDS[action] = function(parsed, bang)
    start(action, parsed, bang and "apply" or "ask")
  end
end

--- The commands, in alphabetical order.
---@return string[]
function M.names()
  local names = vim.tbl_keys(COMMANDS)
  table.sort(names)
  return names
end

---@param arguments table as |nvim_create_user_command()| gives them
function M.run(arguments)
  local words = vim.deepcopy(arguments.fargs)
  local name = table.remove(words, 1) or "plan"
  local command = COMMANDS[name]
  if not command then
    local known = table.concat(M.names(), " ")
    return errors.notify(
      ("there is no :Dotstream %s; there are: %s"):format(name, known),
      vim.log.levels.ERROR
    )
  end
  local parsed, problem = M.parse(words)
  if not parsed then
    return errors.notify(assert(problem), vim.log.levels.ERROR)
  end
  command(parsed, arguments.bang)
end

--- How long completion waits for the server, in milliseconds.
local PATIENCE = 5000

---@return { packages: string[], profiles: string[] }
local function listed()
  local found = { packages = {}, profiles = {} }
  local root = paths.current_root()
  if not root then
    return found
  end
  local done = false
  require("dotstream.start").packages({ root = root }, function(_, result)
    for _, package in ipairs(result.packages) do
      table.insert(found.packages, package.name)
    end
    for _, profile in ipairs(result.profiles) do
      table.insert(found.profiles, profile.name)
    end
    done = true
  end)
  vim.wait(PATIENCE, function()
    return done
  end, 5)
  return found
end

---@param lead string
---@param words string[] the words before it, without `Dotstream`
---@return string[]
local function candidates(lead, words)
  if #words == 0 then
    return M.names()
  end
  local name = words[1]
  local flag = lead:match("^(%-%-[%w-]+)=")
  if flag then
    local values = VALUES[flag] or {}
    if flag == "--profile" then
      values = listed().profiles
    elseif flag == "--package" then
      values = listed().packages
    elseif flag == "--dir" or flag == "--target" then
      values = vim.fn.getcompletion(lead:sub(#flag + 2), "dir")
    end
    return vim.tbl_map(function(value)
      return flag .. "=" .. value
    end, values)
  end
  local found = {}
  if lead:sub(1, 1) == "-" then
    found = vim.tbl_map(function(known)
      return known .. "="
    end, vim.tbl_keys(FLAGS))
    table.sort(found)
    return found
  end
  local adopts = name == "adopt" or (name == "plan" and words[2] == "adopt")
  if adopts or name == "diff" then
    return vim.fn.getcompletion(lead, "file")
  elseif name == "plan" and #words == 1 then
    vim.list_extend(found, vocabulary.ACTIONS)
  elseif name == "doctor" then
    return { "fix" }
  end
  if name == "plan" or name == "status" or vim.list_contains(vocabulary.ACTIONS, name) then
    vim.list_extend(found, listed().packages)
  end
  return found
end

---@param lead string
---@param line string
---@param cursor integer
---@return string[]
function M.complete(lead, line, cursor)
  local before = line:sub(1, cursor - #lead)
  local words = vim.split(vim.trim(before), "%s+")
  while #words > 0 and not words[1]:find("Dotstream", 1, true) do
    table.remove(words, 1)
  end
  table.remove(words, 1)
  return vim.tbl_filter(function(candidate)
    return vim.startswith(candidate, lead) and not vim.list_contains(words, candidate)
  end, candidates(lead, words))
end

return M

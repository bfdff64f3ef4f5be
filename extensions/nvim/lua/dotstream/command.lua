--- `:Dotstream`: words and flags, as the command line has them, and their completion.
local arguments = require("dotstream.arguments")
local errors = require("dotstream.errors")
local paths = require("dotstream.paths")
local vocabulary = require("dotstream.words")

local M = {}

---@param action string
---@param parsed dotstream.Words
---@param after "show"|"ask"|"apply"
local function start(action, parsed, after)
  local request, problem = arguments.request(action, parsed)
  if not request then
    return errors.notify(assert(problem), vim.log.levels.ERROR)
  elseif action == "adopt" then
    if #request.paths == 0 then
      request.paths = { vim.api.nvim_buf_get_name(0) }
      if vim.bo.buftype ~= "" or request.paths[1] == "" then
        return errors.notify("adopt what? Open the file, or name it", vim.log.levels.ERROR)
      end
    end
    if not request.packages and not request.out then
      return M.choose_package(request, after)
    end
  end
  require("dotstream.start").plan(request, after)
end

--- Ask into which package files go.
---@param request dotstream.PlanRequest
---@param after "show"|"ask"|"apply"
function M.choose_package(request, after)
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
          require("dotstream.start").plan(request, after)
        end
      end
    )
  end)
end

---@param parsed dotstream.Words
---@param act fun(place: dotstream.Place)
local function at_place(parsed, act)
  local place = require("dotstream.start").place(parsed)
  if place then
    act(place)
  end
end

---@class dotstream.Command
---@field [1] fun(parsed: dotstream.Words, bang: boolean)
---@field words? integer|string[] how many words it takes, or which; any number of any if left out

---@type table<string, dotstream.Command>
local COMMANDS = {
  plan = {
    function(parsed)
      local action = "manage"
      if vim.list_contains(vocabulary.ACTIONS, parsed.words[1]) then
        action = table.remove(parsed.words, 1)
      end
      start(action, parsed, "show")
    end,
  },
  undo = {
    function(parsed, bang)
      start("undo", parsed, bang and "apply" or "ask")
    end,
  },
  status = {
    function(parsed)
      at_place(parsed, function(place)
        require("dotstream.packages").show(place, parsed.words)
      end)
    end,
  },
  history = {
    function(parsed)
      at_place(parsed, require("dotstream.history").show)
    end,
    words = 0,
  },
  doctor = {
    function(parsed, bang)
      at_place(parsed, function(place)
        require("dotstream.doctor").run(place, bang or parsed.words[1] == "fix")
      end)
    end,
    words = { "fix" },
  },
  recover = {
    function(parsed, bang)
      at_place(parsed, function(place)
        require("dotstream.server").ensure(place.root, function(client)
          require("dotstream.recover").offer(client, { target = place.target, now = bang })
        end)
      end)
    end,
    words = 0,
  },
  diff = {
    function(parsed)
      local path = parsed.words[1] and paths.absolute(parsed.words[1])
        or vim.api.nvim_buf_get_name(0)
      at_place(parsed, function(place)
        require("dotstream.server").ensure(place.root, function(client)
          require("dotstream.diff").show(client, place.root, place.target, paths.to_uri(path))
        end)
      end)
    end,
    words = 1,
  },
  cancel = {
    function()
      if require("dotstream.request").cancel_all() == 0 then
        errors.notify("nothing is running")
      end
    end,
    words = 0,
  },
  install = {
    function(parsed)
      require("dotstream.install").install(parsed.words[1])
    end,
    words = 1,
  },
  log = {
    function()
      require("dotstream.server").open_log()
    end,
    words = 0,
  },
  restart = {
    function()
      require("dotstream.server").restart()
    end,
    words = 0,
  },
}

for _, action in ipairs(vocabulary.ACTIONS) do
  COMMANDS[action] = {
    function(parsed, bang)
      start(action, parsed, bang and "apply" or "ask")
    end,
  }
end

--- The commands, in alphabetical order.
---@return string[]
function M.names()
  local names = vim.tbl_keys(COMMANDS)
  table.sort(names)
  return names
end

--- What is wrong with the words of a command, or nil.
---@param name string
---@param words string[]
---@return string?
local function surplus(name, words)
  local taken = COMMANDS[name].words
  if not taken then
    return nil
  elseif type(taken) == "number" then
    return #words > taken and ("%s does not take %s"):format(name, words[taken + 1]) or nil
  end
  for _, word in ipairs(words) do
    if not vim.list_contains(taken, word) then
      return ("%s takes %s, not %s"):format(name, table.concat(taken, ", "), word)
    end
  end
end

--- Where a new window is to be, if a modifier such as `:vertical` or `:tab` says so.
---@param given table all modifiers
---@return table?
function M.mods(given)
  local places = { "split", "vertical", "horizontal", "tab" }
  local mods = {}
  for _, name in ipairs(places) do
    mods[name] = given[name]
  end
  local said = mods.split ~= "" or mods.vertical or mods.horizontal or mods.tab >= 0
  return said and mods or nil
end

---@param given table as |nvim_create_user_command()| gives them
function M.run(given)
  local words = vim.deepcopy(given.fargs)
  local name = table.remove(words, 1) or "plan"
  local command = COMMANDS[name]
  local parsed, problem
  if not command then
    local known = table.concat(M.names(), " ")
    problem = ("there is no :Dotstream %s; there are: %s"):format(name, known)
  else
    parsed, problem = arguments.parse(words)
    problem = problem or surplus(name, parsed.words)
  end
  if problem then
    return errors.notify(problem, vim.log.levels.ERROR)
  end
  parsed.mods = M.mods(given.smods)
  command[1](parsed, given.bang)
end

--- Fill a buffer whose name says what is in it: after |:e|, or a session was loaded.
---@param bufnr integer
function M.read(bufnr)
  local root, words = arguments.of_name(vim.api.nvim_buf_get_name(bufnr))
  local action = root and table.remove(words, 1)
  local parsed = root and arguments.parse(words)
  if not parsed then
    return
  end
  parsed.root = root
  if action == "status" or action == "history" then
    return COMMANDS[action][1](parsed, false)
  end
  local request = vim.list_contains(vocabulary.ACTIONS, action) or action == "undo"
  request = request and arguments.request(action, parsed)
  if request then
    require("dotstream.plan.window").take(bufnr, request):plan()
  end
end

--- How long completion waits for the server, in milliseconds; what comes later is for next time.
local PATIENCE = 200

---@type table<string, { packages: string[], profiles: string[] }>
local known = {}

--- Directories that may be packages, until the server says which are.
---@param root string
---@return string[]
local function directories(root)
  local found = {}
  for name, kind in vim.fs.dir(root) do
    if kind == "directory" and not vim.startswith(name, ".") then
      table.insert(found, name)
    end
  end
  table.sort(found)
  return found
end

---@param words string[] of the command
---@return { packages: string[], profiles: string[] }
local function listed(words)
  local parsed = arguments.parse(words)
  local root = parsed and parsed.root or paths.current_root()
  if not root or not require("dotstream.server").command() then
    return { packages = {}, profiles = {} }
  end
  local function name(each)
    return each.name
  end
  local done = false
  require("dotstream.start").packages({ root = root }, function(_, result)
    done = true
    known[root] = {
      packages = vim.tbl_map(name, result.packages),
      profiles = vim.tbl_map(name, result.profiles),
    }
  end)
  vim.wait(PATIENCE, function()
    return done
  end, 5)
  return known[root] or { packages = directories(root), profiles = {} }
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
    local values = arguments.VALUES[flag] or {}
    if flag == "--profile" then
      values = listed(words).profiles
    elseif flag == "--package" then
      values = listed(words).packages
    elseif flag == "--dir" or flag == "--target" then
      values = vim.fn.getcompletion(lead:sub(#flag + 2), "dir")
    end
    return vim.tbl_map(function(value)
      return flag .. "=" .. value
    end, values)
  end
  local found = {}
  if lead:sub(1, 1) == "-" then
    return vim.tbl_map(function(each)
      return each[1] .. (each.bare and "" or "=")
    end, arguments.FLAGS)
  end
  local adopts = name == "adopt" or (name == "plan" and words[2] == "adopt")
  if adopts or name == "diff" or name == "install" then
    return vim.fn.getcompletion(lead, "file")
  elseif name == "plan" and #words == 1 then
    vim.list_extend(found, vocabulary.ACTIONS)
  elseif name == "doctor" then
    return { "fix" }
  end
  if name == "plan" or name == "status" or vim.list_contains(vocabulary.ACTIONS, name) then
    vim.list_extend(found, listed(words).packages)
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

--- Where a command becomes a plan: which package directory, which packages, then the window.
local config = require("dotstream.config")
local errors = require("dotstream.errors")
local paths = require("dotstream.paths")
local server = require("dotstream.server")

local M = {}

--- Ask, where the user wants to be asked, and go on if the answer is yes.
---@param question string
---@param ask boolean
---@param go_on fun()
function M.confirmed(question, ask, go_on)
  if not ask or not config.get().confirm then
    return go_on()
  end
  vim.ui.select({ "Yes", "No" }, { prompt = question, kind = "dotstream.confirm" }, function(choice)
    if choice == "Yes" then
      go_on()
    end
  end)
end

--- The package directory and the target of a command, or nil after having said why.
---@param given? { root?: string, target?: string }
---@return { root: string, target?: string }?
function M.place(given)
  given = given or {}
  local root = given.root or paths.current_root()
  if not root then
    errors.notify(
      "there is no package directory here; open a file of one, give --dir=…, or set the option `root`",
      vim.log.levels.ERROR
    )
    return nil
  end
  local target = given.target or config.get().target
  return { root = root, target = target ~= "" and paths.absolute(target) or nil }
end

--- Call back with the packages of a place, as the server lists them.
---@param place { root: string, target?: string }
---@param on_listed fun(client: vim.lsp.Client, listed: table)
function M.packages(place, on_listed)
  server.ensure(place.root, function(client)
    local params = { root = paths.to_uri(place.root) }
    params.target = place.target and paths.to_uri(place.target)
    require("dotstream.request").ask(client, "dotstream/packages", params, function(listed)
      on_listed(client, listed)
    end)
  end)
end

--- What to plan if no packages are named: the profile `default`, or every package.
---@param listed table
---@return string[]?
local function everything(listed)
  for _, profile in ipairs(listed.profiles) do
    if profile.name == "default" then
      return nil
    end
  end
  local names = {}
  for _, package in ipairs(listed.packages) do
    if package.active then
      table.insert(names, package.name)
    end
  end
  return names
end

---@param client vim.lsp.Client
---@param request dotstream.PlanRequest
local function show(client, request)
  local session = require("dotstream.plan.session").new(client, request)
  require("dotstream.plan.window").open(session)
  session:plan(function()
    local operations, conflicts, faults = require("dotstream.plan.model").sums(session.model.counts)
    if operations == 0 or conflicts > 0 or faults > 0 then
      return
    elseif request.after == "apply" then
      require("dotstream.plan.apply").apply(session)
    elseif request.after == "ask" and config.get().confirm then
      local question = ("%s: %s?"):format(
        require("dotstream.plan.bar").title(request),
        require("dotstream.plan.view").counts(session.model.counts, false)
      )
      vim.ui.select(
        { "Apply", "Look at it first" },
        { prompt = question, kind = "dotstream.apply" },
        function(choice)
          if choice == "Apply" then
            require("dotstream.plan.apply").apply(session)
          end
        end
      )
    end
  end)
end

---@param request dotstream.PlanRequest
function M.plan(request)
  local place = M.place(request)
  if not place then
    return
  end
  request.root, request.target = place.root, place.target
  local named = #(request.packages or {}) > 0 or request.profile
  if named or request.action == "adopt" or request.action == "undo" then
    server.ensure(place.root, function(client)
      show(client, request)
    end)
    return
  end
  M.packages(place, function(client, listed)
    request.packages = everything(listed)
    show(client, request)
  end)
end

return M

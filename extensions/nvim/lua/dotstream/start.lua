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

---@class dotstream.Place
---@field root string
---@field target? string
---@field mods? table where a window of it is to be

--- The package directory and the target of a command, or nil after having said why.
---@param given? { root?: string, target?: string, mods?: table }
---@return dotstream.Place?
function M.place(given)
  given = given or {}
  local root = given.root or paths.current_root()
  if not root then
    errors.notify("there is no package directory here; give --dir=…", vim.log.levels.ERROR)
    return nil
  end
  local target = given.target or config.get().target
  return {
    root = root,
    target = target ~= "" and paths.absolute(target) or nil,
    mods = given.mods,
  }
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

---@param session dotstream.Session
---@param after? "show"|"ask"|"apply"
local function go_on(session, after)
  local apply = require("dotstream.plan.apply")
  local function write()
    apply.write(session)
  end
  if not session:waits() or session:open_conflicts() > 0 then
    return
  elseif after == "apply" or (after == "ask" and not config.get().confirm) then
    return write()
  elseif after ~= "ask" then
    return
  end
  vim.schedule(function() -- once the plan itself is drawn
    vim.cmd.redraw()
    local counts = require("dotstream.plan.view").counts(session.model.counts, false)
    local options =
      { prompt = ("%s: %s?"):format(session:title(), counts), kind = "dotstream.apply" }
    vim.ui.select({ "Apply", "Look at it first" }, options, function(choice)
      if choice == "Apply" then
        write()
      end
    end)
  end)
end

--- Show the plan of a request, and do with it what is to be done after.
---@param request dotstream.PlanRequest
---@param after? "show"|"ask"|"apply"
function M.plan(request, after)
  local place = M.place(request)
  if not place then
    return
  end
  request.root, request.target = place.root, place.target
  local session = require("dotstream.plan.window").open(request)
  if session.state == "applying" then
    return
  end
  session:plan(function()
    if request.action == "undo" then
      require("dotstream.history").subject(session)
    end
    go_on(session, after)
  end)
end

return M

--- Carrying out a plan that is shown, and taking it back.
local bar = require("dotstream.plan.bar")
local errors = require("dotstream.errors")
local events = require("dotstream.events")
local paths = require("dotstream.paths")
local request = require("dotstream.request")

local M = {}

---@param session dotstream.Session
---@param fault dotstream.Fault
local function not_applied(session, fault)
  local kind = errors.kind(fault)
  if kind == "conflict" or kind == "locked" or kind == "busy" then
    session:become("planned", fault.message) -- nothing was changed: the plan may be tried again
  elseif kind == "cancelled" then
    session:become("cancelled", fault.message)
  else
    session:become("failed", fault.message)
  end
  if kind ~= "ended" then
    errors.show(fault)
  end
  if kind == "conflict" then
    require("dotstream.plan.window").next_conflict(session, 1)
  elseif kind == "stale_plan" and session:valid() then
    session:plan()
  end
end

---@param session dotstream.Session
---@param client vim.lsp.Client
local function send(session, client)
  local params = session:params()
  params.digest = session.digest
  local undo = session.request.action == "undo"
  session.handle = request.send(client, undo and "dotstream/undo" or "dotstream/apply", params, {
    title = bar.title(session.request),
    on_progress = function(value)
      session.note = ("%s%s"):format(
        value.percentage and ("%d%% "):format(value.percentage) or "",
        value.message or ""
      )
      session:show_state()
    end,
    on_end = function(fault, result)
      session.handle = nil
      if fault then
        not_applied(session, fault)
      else
        session.transaction = result.transaction
        session:become("applied")
      end
      require("dotstream.inline").refresh_all()
      events.emit("DotstreamApplied", session:event(fault))
    end,
  })
end

--- Carry out exactly what is shown.
---@param session dotstream.Session
function M.apply(session)
  if session.state ~= "planned" or not session.digest then
    local why = {
      planning = "the plan is not complete yet",
      applying = "it is being applied already",
      applied = "it is applied already; {refresh} plans again",
      undone = "it was undone; {refresh} plans again",
      cancelled = "the plan was cancelled; {refresh} plans again",
      failed = "there is no plan; {refresh} plans again",
      planned = "the plan has no digest; {refresh} plans again",
    }
    return errors.notify(errors.with_keys(why[session.state]), vim.log.levels.WARN)
  end
  session:become("applying")
  session:with_server(function(client)
    send(session, client)
  end)
end

---@param session dotstream.Session
---@param client vim.lsp.Client
local function send_undo(session, client)
  local params = { root = paths.to_uri(session.request.root), transaction = session.transaction }
  params.target = session.request.target and paths.to_uri(session.request.target)
  session.handle = request.send(client, "dotstream/undo", params, {
    title = ("undo %d"):format(session.transaction),
    on_end = function(fault)
      session.handle = nil
      if fault then
        session:become("applied", fault.message)
        errors.show(fault)
      else
        session:become("undone")
        require("dotstream.inline").refresh_all()
      end
      events.emit("DotstreamApplied", session:event(fault))
    end,
  })
end

--- Undo what was applied here.
---@param session dotstream.Session
function M.undo(session)
  if session.state ~= "applied" or not session.transaction then
    return errors.notify("nothing was applied here; :Dotstream undo undoes the last change")
  end
  session:become("applying", "taking it back")
  session:with_server(function(client)
    send_undo(session, client)
  end)
end

return M

--- Writing a plan: carrying out what is shown, or a part of it, and taking it back.
local arguments = require("dotstream.arguments")
local errors = require("dotstream.errors")
local events = require("dotstream.events")
local model = require("dotstream.plan.model")
local paths = require("dotstream.paths")
local request = require("dotstream.request")
local view = require("dotstream.plan.view")

local M = {}

--- Tell how it ended, and what depends on it, wherever the user is by now.
---@param session dotstream.Session
---@param fault? dotstream.Fault
---@param done? string
---@param short? string that in a narrow window
local function ended(session, fault, done, short)
  if not fault then
    local title = arguments.title(session.request)
    errors.notify(errors.fitting({
      ("%s: %s"):format(session:title(), done),
      ("%s: %s"):format(title, done),
      ("%s: %s"):format(title, short),
    }))
    require("dotstream.plan.window").drop_if_hidden(session)
  elseif errors.kind(fault) ~= "ended" then
    errors.show(fault)
  end
  require("dotstream.changes").show()
  events.emit("DotstreamApplied", session:event(fault))
end

--- How many plans were sent to be applied. The server may begin with any of those it has.
local sent = 0

--- Whether another plan is being applied.
---@return boolean
local function others_apply()
  local sessions = vim.tbl_values(require("dotstream.plan.session").by_buffer)
  return vim.iter(sessions):any(function(other)
    return other.state == "applying" and other.handle ~= nil
  end)
end

--- Try again what another plan of this Neovim was in the way of, once that has ended.
---@param session dotstream.Session
---@param again fun()
local function wait_for_others(session, again)
  session:become("applying", "waits for another plan")
  if not others_apply() then
    return again() -- it ended just before its being in the way was told
  end
  events.once("DotstreamApplied", function()
    if session.state == "applying" and not session.handle and session:valid() then
      again()
    end
  end)
end

---@param session dotstream.Session
---@param fault dotstream.Fault
---@param again fun() tries once more
---@param contended boolean whether another plan was being applied since this one was sent
local function not_applied(session, fault, again, contended)
  local kind = errors.kind(fault)
  if kind == "locked" and errors.is_ours(fault.data.holder) and (contended or others_apply()) then
    return wait_for_others(session, again)
  end
  if kind == "not_agreed" then
    session:become("planned")
    return require("dotstream.agree").ask(session, again)
  elseif kind == "locked" or kind == "busy" then
    session:become("planned", fault.message) -- nothing was changed: the plan may be tried again
  else
    session:become(kind == "cancelled" and "cancelled" or "failed", fault.message)
  end
  ended(session, fault)
  if (kind == "conflict" or kind == "stale_plan") and session:valid() then
    session:plan(function()
      if session:open_conflicts() > 0 then
        require("dotstream.plan.window").next_conflict(session, 1)
      end
    end)
  end
end

---@param session dotstream.Session
---@param client vim.lsp.Client
---@param only? string[] the URIs of a part
local function send(session, client, only)
  local params = session:params()
  params.digest = session.digest
  params.omit, params.only = session.choices:omit(), only
  local undo, contended = session.request.action == "undo", others_apply()
  sent = sent + 1
  local mine = sent
  session.handle = request.send(client, undo and "dotstream/undo" or "dotstream/apply", params, {
    title = session:title(),
    on_progress = function(value)
      local percent = value.percentage and ("%d%% "):format(value.percentage) or ""
      session.note = percent .. (value.message or "")
      session:show_state()
    end,
    on_end = function(fault, result)
      session.handle = nil
      if fault then
        return not_applied(session, fault, function()
          M.apply(session, only)
        end, contended or sent > mine)
      end
      session.transaction = result.transaction ~= vim.NIL and result.transaction or nil
      session.model.counts = result.counts
      session:become("applied")
      local changes = view.plural(model.sums(result.counts), "change")
      ended(session, nil, view.counts(result.counts, true), changes .. " made")
      if only and session:valid() then
        session:plan()
      end
    end,
  })
end

--- Why a plan cannot be written as it is, or nil.
---@param session dotstream.Session
---@return string?
function M.refusal(session)
  local open = session:open_conflicts()
  local why = {
    planning = "the plan is not complete yet",
    applying = "it is being applied already",
    cancelled = "the plan was cancelled; {refresh} plans again",
    failed = "there is no plan; {refresh} plans again",
  }
  if session.state == "planned" and open > 0 then
    local text = open == 1 and "1 conflict is open" or view.number(open) .. " conflicts are open"
    local keys = open == 1 and ": {resolve} settles it"
      or ": {resolve} settles one, {resolve_all} all"
    why.planned = errors.fitting({ errors.with_keys(text .. keys), text })
  end
  return why[session.state] and errors.with_keys(why[session.state])
end

--- Carry out exactly what is shown.
---@param session dotstream.Session
---@param only? string[] the URIs of a part
function M.apply(session, only)
  session:become("applying")
  session:with_server(function(client)
    send(session, client, only)
  end)
end

--- With 'autowrite', Vim writes buffers that nobody looks at: it is asked then.
---@param session dotstream.Session
---@return boolean
local function is_meant(session)
  local asks = require("dotstream.config").get().confirm
  if not (asks and (vim.o.autowrite or vim.o.autowriteall)) then
    return true
  end
  local counts = view.counts(session.model.counts, false)
  return vim.fn.confirm(("Apply %s: %s?"):format(session:title(), counts), "&Yes\n&No", 2) == 1
end

--- Write a plan, as |:w| means it: what cannot be written stays modified, and is not quit.
---@param session dotstream.Session
---@param only? string[]
function M.write(session, only)
  local refusal = not only and M.refusal(session) or (only and session.state ~= "planned")
  if refusal then
    errors.notify(
      type(refusal) == "string" and refusal or "there is no plan to write",
      vim.log.levels.WARN
    )
    if session.state == "planned" then
      require("dotstream.plan.window").next_conflict(session, 1)
    end
    vim.bo[session.buffer.bufnr].modified = true
    return vim.schedule(function()
      session:show_state()
    end)
  elseif not session:waits() then
    local said = session.state == "planned" and "there is nothing to do" or "it is done already"
    return errors.hint(said .. "; {refresh} plans again")
  end
  if is_meant(session) then
    M.apply(session, only)
    require("dotstream.plan.quit").written()
  end
end

---@param session dotstream.Session
---@param client vim.lsp.Client
local function send_undo(session, client)
  local params = { root = paths.to_uri(session.request.root), transaction = session.transaction }
  params.target = session.request.target and paths.to_uri(session.request.target)
  session.handle = request.send(client, "dotstream/undo", params, {
    title = ("undo %d"):format(session.transaction),
    on_end = function(fault, result)
      session.handle = nil
      session:become(fault and "applied" or "undone", fault and fault.message)
      local done = not fault and "undone, " .. view.counts(result.counts, true) or nil
      ended(session, fault, done, "undone")
    end,
  })
end

--- Undo what was applied here.
---@param session dotstream.Session
function M.undo(session)
  if session.state ~= "applied" or not session.transaction then
    return errors.notify("nothing was applied here; see :Dotstream history")
  end
  session:become("applying", "undoing it")
  session:with_server(function(client)
    send_undo(session, client)
  end)
end

return M

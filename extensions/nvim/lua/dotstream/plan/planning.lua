--- Planning: the request, and its rows on their way into the buffer, a few milliseconds' worth at
--- a time, so that the editor stays quick.
local config = require("dotstream.config")
local errors = require("dotstream.errors")
local events = require("dotstream.events")
local model = require("dotstream.plan.model")
local request = require("dotstream.request")

local M = {}

--- Milliseconds between two looks at what has arrived, that one of them may take, and
--- between two updates of counts.
local FLUSH = 5
local BUDGET = 5
local COUNTS = 100

--- Kilobytes of garbage that are looked for after each batch: what a batch leaves behind would
--- else pile up to more than the plan itself.
local GARBAGE = 800

local flush ---@type fun(session: dotstream.Session)

---@param session dotstream.Session
local function flush_soon(session)
  if not session.timer:is_active() and not session.timer:is_closing() then
    session.timer:start(
      session.buffer.is_old and 0 or FLUSH, -- the first row is waited for
      0,
      vim.schedule_wrap(function()
        flush(session)
      end)
    )
  end
end

--- Show what has arrived, a few milliseconds' worth, then tell the server that there is
--- room for more.
---@param session dotstream.Session
function flush(session)
  if not session:valid() then
    return
  end
  local enough = vim.uv.hrtime() + BUDGET * 1e6
  local last ---@type integer?
  local first = session.buffer.is_old
  while #session.queue > 0 and vim.uv.hrtime() < enough do
    local value = table.remove(session.queue, 1)
    session.model.counts = value.counts or session.model.counts
    if value.items then
      local dirty = {}
      session.model:add(value.items, dirty)
      session.buffer:update(session.model, dirty, session.choices)
      last = value.seq
      collectgarbage("step", GARBAGE)
    end
  end
  if last and session.handle then
    session.handle.ack(last)
  end
  if first and not session.buffer.is_old then
    vim.cmd.redraw()
  end
  local now = vim.uv.now()
  if last and now - session.counted >= COUNTS then
    session.counted = now
    session:show_state()
    events.emit("DotstreamPlanUpdated", session:event())
  end
  if #session.queue > 0 then
    flush_soon(session)
  elseif session.ending then
    local ending = session.ending
    session.ending = nil
    ending()
  end
end

---@param session dotstream.Session
---@param fault? dotstream.Fault
---@param result? table
local function planned(session, fault, result)
  if fault then
    local kind = errors.kind(fault)
    session:failed(fault.message, kind == "cancelled" and "cancelled" or nil)
    if kind ~= "ended" then
      errors.show(fault)
    end
  else
    assert(result)
    session.model.counts = result.counts
    session.digest = result.digest
    session.unchanged = result.unchanged
    if (result.omitted or 0) > 0 then
      local dirty = {}
      session.model:cut(result.omitted, dirty)
      session.buffer:update(session.model, dirty, session.choices)
    end
    if #session.model.groups == 0 then
      session.buffer:message("  nothing to do: everything is as wanted")
    end
    if result.undone and result.undone ~= vim.NIL then
      session.request.transaction = result.undone
    end
    session:become("planned")
    require("dotstream.plan.window").fold(session)
  end
  events.emit("DotstreamPlanEnded", session:event())
end

---@param session dotstream.Session
---@param client vim.lsp.Client
---@param on_complete fun()
local function send(session, client, on_complete)
  local generation = session.generation
  local params = session:params()
  params.window, params.maxRows = config.get().plan.window, session.model:sent()
  local undo = session.request.action == "undo"
  params.dryRun = undo or nil
  local asks = not undo and (session.request.options or {}).ask
  if asks then
    params.options = vim.tbl_extend("force", params.options or {}, { ask = true })
  end
  session.handle = request.send(client, undo and "dotstream/undo" or "dotstream/plan", params, {
    title = "plan " .. session:title(),
    on_value = function(value)
      if generation == session.generation then
        table.insert(session.queue, value)
        flush_soon(session)
      end
    end,
    on_question = asks and function(conflict, answer)
      require("dotstream.plan.settle").ask(session, conflict, answer)
    end or nil,
    on_end = function(fault, result)
      if generation ~= session.generation or not session:valid() then
        return
      end
      session.handle = nil
      session.ending = function() -- once all that came before is shown
        planned(session, fault, result)
        if not fault then
          on_complete()
        end
      end
      flush_soon(session)
    end,
  })
end

--- Plan, or plan again.
---@param session dotstream.Session
---@param on_complete? fun()
function M.plan(session, on_complete)
  if session.state == "applying" then
    return errors.notify("wait until it is applied, or cancel it", vim.log.levels.WARN)
  end
  if session.handle then
    session.handle.cancel()
  end
  session.generation = session.generation + 1
  local generation = session.generation
  local settings = config.get().plan
  local restore = require("dotstream.plan.window").keep(session)
  session.model = model.new(settings.max_rows, settings.max_rows_per_directory)
  session.queue, session.digest, session.transaction, session.loading = {}, nil, nil, {}
  session.ending, session.buffer.is_old = nil, true
  if vim.api.nvim_buf_line_count(session.buffer.bufnr) <= 1 then
    session.buffer:message("  planning …")
  end
  session:become("planning")
  events.emit("DotstreamPlanStarted", session:event())
  session:with_server(function(client)
    if generation == session.generation then
      send(session, client, function()
        restore()
        if on_complete then
          on_complete()
        end
      end)
    end
  end)
end

return M

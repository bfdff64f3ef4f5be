--- One plan from the first row to what became of it: the state, and the requests behind it.
local Buffer = require("dotstream.plan.buffer")
local bar = require("dotstream.plan.bar")
local config = require("dotstream.config")
local errors = require("dotstream.errors")
local events = require("dotstream.events")
local model = require("dotstream.plan.model")
local paths = require("dotstream.paths")
local request = require("dotstream.request")
local server = require("dotstream.server")

local M = {}

--- Milliseconds between two looks at what has arrived, that one of them may take, and
--- between two updates of counts.
local FLUSH = 5
local BUDGET = 5
local COUNTS = 100

---@alias dotstream.State
---| "planning" | "planned" | "applying" | "applied" | "undone" | "cancelled" | "failed"

---@class dotstream.Session
---@field client vim.lsp.Client
---@field request dotstream.PlanRequest
---@field buffer dotstream.Buffer
---@field model dotstream.Model
---@field state dotstream.State
---@field note string what there is to say beside the state
---@field digest? string of the complete plan
---@field transaction? integer of the apply
---@field handle? dotstream.Handle
---@field resolutions table<string, string>
---@field generation integer counts plans, so that late rows of an older one are ignored
---@field queue table[] values that are not shown yet
---@field ending? fun() what is to be done once they are
---@field loading table<string, boolean>
local Session = {}
Session.__index = Session

---@type table<integer, dotstream.Session>
M.by_buffer = {}

---@param client vim.lsp.Client
---@param asked dotstream.PlanRequest
---@return dotstream.Session
function M.new(client, asked)
  local session = setmetatable({
    client = client,
    request = asked,
    state = "planning",
    note = "",
    resolutions = (asked.options or {}).resolutions or {},
    model = model.new(0, 0),
    generation = 0,
    queue = {},
    loading = {},
    timer = assert(vim.uv.new_timer()),
    counted = 0,
  }, Session)
  session.buffer = Buffer.new(M.name(asked))
  M.by_buffer[session.buffer.bufnr] = session
  vim.b[session.buffer.bufnr].dotstream_root = asked.root
  vim.api.nvim_create_autocmd("BufUnload", {
    buffer = session.buffer.bufnr,
    once = true,
    callback = function()
      session:close()
    end,
  })
  return session
end

local opened = 0

---@param asked dotstream.PlanRequest
---@return string
function M.name(asked)
  opened = opened + 1
  return ("dotstream://%d/%s"):format(opened, paths.shown(bar.title(asked):gsub(" ", "/")))
end

--- The parameters that plan, apply and children have in common.
---@return table
function Session:params()
  local asked = self.request
  local options = vim.tbl_extend("force", {}, asked.options or {})
  options.resolutions = next(self.resolutions) and self.resolutions or nil
  local params = {
    root = paths.to_uri(asked.root),
    target = asked.target and paths.to_uri(asked.target),
    options = next(options) and options or nil,
  }
  if asked.action == "undo" then
    params.transaction = asked.transaction
    return params
  end
  params.action = asked.action
  params.packages = asked.packages
  params.profile = asked.profile
  if asked.paths then
    params.paths = vim.tbl_map(paths.to_uri, asked.paths)
  end
  return params
end

---@param state dotstream.State
---@param note? string
function Session:become(state, note)
  self.state, self.note = state, note or ""
  self:show_state()
end

--- Plan, or plan again.
---@param on_complete? fun()
function Session:plan(on_complete)
  if self.state == "applying" then
    return errors.notify("wait until it is applied, or cancel it", vim.log.levels.WARN)
  end
  if self.handle then
    self.handle.cancel()
  end
  self.generation = self.generation + 1
  local generation = self.generation
  local settings = config.get().plan
  self.model = model.new(settings.max_rows, settings.max_rows_per_directory)
  self.queue, self.digest, self.transaction, self.loading = {}, nil, nil, {}
  self.ending = nil
  self.buffer:message("  planning …")
  self:become("planning")
  events.emit("DotstreamPlanStarted", self:event())
  self:with_server(function(client)
    if generation == self.generation then
      self:send_plan(client, on_complete)
    end
  end)
end

--- Call back with the server, which may have been started anew meanwhile.
---@param act fun(client: vim.lsp.Client)
function Session:with_server(act)
  server.ensure(self.request.root, function(client)
    self.client = client
    act(client)
  end, function()
    self:become("failed", "there is no server")
  end)
end

---@param client vim.lsp.Client
---@param on_complete? fun()
function Session:send_plan(client, on_complete)
  local generation = self.generation
  local params = self:params()
  params.window = config.get().plan.window
  local undo = self.request.action == "undo"
  params.dryRun = undo or nil
  self.handle = request.send(client, undo and "dotstream/undo" or "dotstream/plan", params, {
    title = "plan " .. bar.title(self.request),
    on_value = function(value)
      if generation == self.generation then
        table.insert(self.queue, value)
        self:flush_soon()
      end
    end,
    on_end = function(fault, result)
      if generation ~= self.generation or not self:valid() then
        return
      end
      self.handle = nil
      self.ending = function() -- once all that came before is shown
        self:planned(fault, result)
        if not fault and on_complete then
          on_complete()
        end
      end
      self:flush_soon()
    end,
  })
end

---@return boolean
function Session:valid()
  return vim.api.nvim_buf_is_valid(self.buffer.bufnr)
end

function Session:flush_soon()
  if not self.timer:is_active() then
    self.timer:start(
      FLUSH,
      0,
      vim.schedule_wrap(function()
        self:flush()
      end)
    )
  end
end

--- Show what has arrived, a few milliseconds' worth, then tell the server that there is
--- room for more.
function Session:flush()
  if not self:valid() then
    return
  end
  local enough = vim.uv.hrtime() + BUDGET * 1e6
  local last ---@type integer?
  while #self.queue > 0 and vim.uv.hrtime() < enough do
    local value = table.remove(self.queue, 1)
    self.model.counts = value.counts or self.model.counts
    if value.items then
      local dirty = {}
      self.model:add(value.items, dirty)
      self.buffer:update(self.model, dirty, self.resolutions)
      last = value.seq
    end
  end
  if last and self.handle then
    self.handle.ack(last)
  end
  local now = vim.uv.now()
  if last and now - self.counted >= COUNTS then
    self.counted = now
    self:show_state()
    events.emit("DotstreamPlanUpdated", self:event())
  end
  if #self.queue > 0 then
    self:flush_soon()
  elseif self.ending then
    local ending = self.ending
    self.ending = nil
    ending()
  end
end

---@param fault? dotstream.Fault
---@param result? table
function Session:planned(fault, result)
  if fault then
    local kind = errors.kind(fault)
    self:become(kind == "cancelled" and "cancelled" or "failed", fault.message)
    if #self.model.groups == 0 then
      self.buffer:message("  " .. paths.shown(fault.message))
    end
    if kind ~= "ended" then
      errors.show(fault)
    end
  else
    assert(result)
    self.model.counts = result.counts
    self.digest = result.digest
    self.unchanged = result.unchanged
    if #self.model.groups == 0 then
      self.buffer:message("  nothing to do: everything is as wanted")
    end
    self:become("planned")
    require("dotstream.plan.window").fold(self)
  end
  events.emit("DotstreamPlanEnded", self:event())
end

function Session:cancel()
  if self.handle then
    self.note = "cancelling"
    self:show_state()
    self.handle.cancel()
  else
    errors.notify("nothing is being done here")
  end
end

--- Settle a conflict, or all of them if there is no path, and plan again.
---@param path? string a URI
---@param policy string
function Session:resolve(path, policy)
  if path then
    self.resolutions[path] = policy
  else
    self.resolutions = {}
    self.request.options =
      vim.tbl_extend("force", self.request.options or {}, { onConflict = policy })
  end
  self:plan(function()
    require("dotstream.plan.window").go_to(self, path)
  end)
end

---@param fault? dotstream.Fault
---@return table
function Session:event(fault)
  return {
    buf = self.buffer.bufnr,
    action = self.request.action,
    state = self.state,
    counts = self.model.counts,
    transaction = self.transaction,
    error = fault and fault.message,
  }
end

function Session:show_state()
  if self:valid() then
    require("dotstream.plan.window").show_state(self)
  end
end

--- The buffer is gone: so is the interest in its plan.  An apply goes on.
function Session:close()
  M.by_buffer[self.buffer.bufnr] = nil
  if self.handle and self.state == "planning" then
    self.generation = self.generation + 1
    self.handle.cancel()
  end
  self.timer:stop()
  if not self.timer:is_closing() then
    self.timer:close()
  end
end

return M

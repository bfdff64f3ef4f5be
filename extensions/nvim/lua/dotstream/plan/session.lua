--- One plan from the first row to what became of it: the state, and the requests behind it.
local Buffer = require("dotstream.plan.buffer")
local config = require("dotstream.config")
local errors = require("dotstream.errors")
local events = require("dotstream.events")
local model = require("dotstream.plan.model")
local paths = require("dotstream.paths")
local request = require("dotstream.request")
local view = require("dotstream.plan.view")

local M = {}

--- Milliseconds between two looks at what has arrived, and between two updates of counts.
local FLUSH = 5
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
---@field queue table[]
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
  return ("dotstream://%d/%s"):format(opened, paths.shown(M.title(asked):gsub(" ", "/")))
end

---@param asked dotstream.PlanRequest
---@return string
function M.title(asked)
  local words = { asked.action }
  for index, package in ipairs(asked.packages or {}) do
    if index > 5 then
      table.insert(words, ("and %d more"):format(#asked.packages - 5))
      break
    end
    table.insert(words, package)
  end
  table.insert(words, asked.profile)
  table.insert(words, asked.transaction and tostring(asked.transaction))
  return table.concat(words, " ")
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
  self.began = vim.uv.hrtime()
  self.buffer:message("  planning …")
  self:become("planning")
  events.emit("DotstreamPlanStarted", self:event())
  local params = self:params()
  params.window = settings.window
  local undo = self.request.action == "undo"
  params.dryRun = undo or nil
  self.handle = request.send(self.client, undo and "dotstream/undo" or "dotstream/plan", params, {
    title = "plan " .. M.title(self.request),
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
      self:flush()
      self:planned(fault, result)
      if not fault and on_complete then
        on_complete()
      end
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

--- Show what has arrived, then tell the server that there is room for more.
function Session:flush()
  if #self.queue == 0 or not self:valid() then
    return
  end
  local dirty, last = {}, nil ---@type table<dotstream.Group, boolean>, integer?
  for _, value in ipairs(self.queue) do
    self.model.counts = value.counts or self.model.counts
    if value.items then
      self.model:add(value.items, dirty)
      last = value.seq
    end
  end
  self.queue = {}
  self.buffer:update(self.model, dirty, self.resolutions)
  if last and self.handle then
    self.handle.ack(last)
  end
  local now = vim.uv.now()
  if now - self.counted >= COUNTS then
    self.counted = now
    self:show_state()
    events.emit("DotstreamPlanUpdated", self:event())
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

--- Carry out exactly what is shown.
---@param on_applied? fun()
function Session:apply(on_applied)
  if self.state ~= "planned" or not self.digest then
    local why = {
      planning = "the plan is not complete yet",
      applying = "it is being applied already",
      applied = "it is applied already; R plans again",
      undone = "it was undone; R plans again",
      cancelled = "the plan was cancelled; R plans again",
      failed = "there is no plan; R plans again",
    }
    return errors.notify(why[self.state] or "there is no plan", vim.log.levels.WARN)
  end
  local params = self:params()
  params.digest = self.digest
  local undo = self.request.action == "undo"
  self:become("applying")
  self.handle = request.send(self.client, undo and "dotstream/undo" or "dotstream/apply", params, {
    title = M.title(self.request),
    on_progress = function(value)
      self.note = ("%s%s"):format(
        value.percentage and ("%d%% "):format(value.percentage) or "",
        value.message or ""
      )
      self:show_state()
    end,
    on_end = function(fault, result)
      self.handle = nil
      if fault then
        self:not_applied(fault)
      else
        self.transaction = result.transaction
        self:become("applied")
        if on_applied then
          on_applied()
        end
      end
      require("dotstream.inline").refresh_all()
      events.emit("DotstreamApplied", self:event(fault))
    end,
  })
end

---@param fault dotstream.Fault
function Session:not_applied(fault)
  local kind = errors.kind(fault)
  if kind == "conflict" or kind == "locked" or kind == "busy" then
    self:become("planned", fault.message) -- nothing was changed: the plan may be tried again
  elseif kind == "cancelled" then
    self:become("cancelled", fault.message)
  else
    self:become("failed", fault.message)
  end
  if kind ~= "ended" then
    errors.show(fault)
  end
  if kind == "conflict" then
    require("dotstream.plan.window").next_conflict(self, 1)
  elseif kind == "stale_plan" and self:valid() then
    self:plan()
  end
end

--- Take back what was applied here.
function Session:undo()
  if self.state ~= "applied" or not self.transaction then
    return errors.notify("nothing was applied here; :Dotstream undo takes back the last change")
  end
  self:become("applying", "taking it back")
  local params = { root = paths.to_uri(self.request.root), transaction = self.transaction }
  params.target = self.request.target and paths.to_uri(self.request.target)
  self.handle = request.send(self.client, "dotstream/undo", params, {
    title = ("undo %d"):format(self.transaction),
    on_end = function(fault)
      self.handle = nil
      if fault then
        self:become("applied", fault.message)
        errors.show(fault)
      else
        self:become("undone")
        require("dotstream.inline").refresh_all()
      end
      events.emit("DotstreamApplied", self:event(fault))
    end,
  })
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

--- Load what is left out of a directory, a page at a time.
---@param group dotstream.Group
function Session:load(group)
  if self.request.action == "undo" then
    return errors.notify("the rest of an undo is only counted")
  elseif self.request.action == "adopt" then
    return errors.notify("the rest of an adoption is only counted")
  elseif self.loading[group.uri] then
    return
  end
  self.loading[group.uri] = true
  local params = self:params()
  params.directory = group.uri
  params.offset = group.next
  params.limit = 200
  local generation = self.generation
  self.client:request("dotstream/children", params, function(fault, result)
    self.loading[group.uri] = nil
    if generation ~= self.generation or not self:valid() then
      return
    elseif fault then
      return errors.show(fault)
    end
    self.buffer:reset_group(self.model, group)
    self.model:add_page(
      group,
      result.items,
      result.next ~= vim.NIL and result.next or nil,
      not params.offset
    )
    self.buffer:update(self.model, { [group] = true }, self.resolutions)
  end)
end

--- Open a directory of the tree that is not among the groups yet.
---@param directory { path: string, label: string }
---@param below? dotstream.Group
function Session:load_directory(directory, below)
  local uri = directory.path:gsub("/?$", "/")
  local at = #self.model.groups + 1
  for index, group in ipairs(self.model.groups) do
    if group == below then
      at = index + 1
    end
  end
  self:load(self.model:group(uri, (directory.label:gsub("/?$", "/")), at))
end

--- Open the tree of the target, for what came after the buffer was full.
function Session:load_root()
  local params = self:params()
  params.limit = 1
  self.client:request("dotstream/children", params, function(fault, result)
    if fault then
      return errors.show(fault)
    end
    self:load_directory({ path = result.directory, label = result.label })
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

--- Counts and state, for the winbar.
---@return string[][] chunks of text and highlight group
function Session:status()
  local done = self.state == "applied"
  local chunks = {
    { " " .. M.title(self.request) .. " ", "DotstreamTitle" },
    { view.counts(self.model.counts, done), "DotstreamCount" },
  }
  if (self.unchanged or 0) > 0 and self.state == "planned" then
    table.insert(
      chunks,
      { (", %s as wanted"):format(view.number(self.unchanged)), "DotstreamCount" }
    )
  end
  local words = {
    planning = "planning …  <C-c> cancels",
    planned = ":w applies  g? keys",
    applying = "applying …",
    applied = "applied"
      .. (self.transaction and ("  %s undoes"):format(config.get().plan.keys.undo) or ""),
    undone = "undone",
    cancelled = "cancelled",
    failed = "failed",
  }
  local operations, conflicts, faults = model.sums(self.model.counts)
  if self.state == "planned" then
    if conflicts > 0 then
      words.planned = ("%s settles a conflict"):format(config.get().plan.keys.resolve)
    elseif faults > 0 or operations == 0 then
      words.planned = ""
    end
  end
  local bad = self.state == "failed" or self.state == "cancelled"
  table.insert(
    chunks,
    { "  " .. words[self.state], bad and "DotstreamError" or "DotstreamChoices" }
  )
  if self.note ~= "" then
    table.insert(
      chunks,
      { "  " .. paths.shown(self.note), bad and "DotstreamError" or "DotstreamNote" }
    )
  end
  return chunks
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

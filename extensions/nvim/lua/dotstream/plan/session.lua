--- One plan from the first row to what became of it: its state, and what is sent about it.
local Buffer = require("dotstream.plan.buffer")
local arguments = require("dotstream.arguments")
local choices = require("dotstream.plan.choices")
local errors = require("dotstream.errors")
local model = require("dotstream.plan.model")
local paths = require("dotstream.paths")
local server = require("dotstream.server")

local M = {}

--- Milliseconds in which a server ends a plan that is cancelled.
local PATIENCE = 3000

---@alias dotstream.State
---| "planning" | "planned" | "applying" | "applied" | "undone" | "cancelled" | "failed"

---@class dotstream.Session
---@field client vim.lsp.Client
---@field request dotstream.PlanRequest
---@field buffer dotstream.Buffer
---@field model dotstream.Model
---@field choices dotstream.Choices
---@field settled table<string, dotstream.Row> conflicts as they were before they were settled
---@field state dotstream.State
---@field note string what there is to say beside the state
---@field digest? string of the complete plan
---@field unchanged? integer
---@field transaction? integer of the apply
---@field subject? string what the transaction was that an undo undoes
---@field handle? dotstream.Handle
---@field generation integer counts plans, so that late rows of an older one are ignored
---@field queue table[] values that are not shown yet
---@field ending? fun() what is to be done once they are
---@field loading table<string, boolean>
---@field timer uv.uv_timer_t
---@field counted integer when counts were last shown
local Session = {}
Session.__index = Session

---@type table<integer, dotstream.Session>
M.by_buffer = {}

--- The session of a request in a buffer, which is made ready for it.
---@param bufnr integer
---@param asked dotstream.PlanRequest
---@return dotstream.Session
function M.new(bufnr, asked)
  local session = setmetatable({
    request = asked,
    state = "planning",
    note = "",
    choices = choices.new(asked.options),
    settled = {},
    model = model.new(0, 0),
    generation = 0,
    queue = {},
    loading = {},
    timer = assert(vim.uv.new_timer()),
    counted = 0,
    buffer = Buffer.new(bufnr),
  }, Session)
  M.by_buffer[bufnr] = session
  vim.b[bufnr].dotstream_root = asked.root
  return session
end

---@return string
function Session:title()
  local title = arguments.title(self.request)
  return self.subject and ("%s (%s)"):format(title, self.subject) or title
end

--- The parameters that plan, apply and children have in common.
---@return table
function Session:params()
  local asked, chosen = self.request, self.choices:now()
  local options = vim.tbl_extend("force", {}, asked.options or {})
  options.onConflict = chosen.rest
  options.resolutions = next(chosen.policies) and chosen.policies or nil
  options.same = chosen.same or nil
  options.ask = nil
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
  params.out, params.whole = asked.out, asked.whole
  if asked.paths then
    params.paths = vim.tbl_map(paths.to_uri, asked.paths)
  elseif not asked.packages and not asked.profile then
    params.everything = true
  end
  return params
end

---@param state dotstream.State
---@param note? string
function Session:become(state, note)
  self.state, self.note = state, note or ""
  self:show_state()
end

--- Whether there is something that waits to be written.
---@return boolean
function Session:waits()
  local operations, conflicts = model.sums(self.model.counts)
  return self.state == "planned" and operations + conflicts > 0
end

--- Conflicts that nothing was decided about.
---@return integer
function Session:open_conflicts()
  local _, open = model.sums(self.model.counts)
  if open > 0 and next(self.choices:now().omitted) then
    for _, group in ipairs(self.model.groups) do
      if self.choices:omits((group.uri:gsub("/$", ""))) then
        open = open - group.conflicts -- also those that are only counted
      else
        for _, row in ipairs(group.conflicts > 0 and group.rows or {}) do
          open = row.op == "conflict" and self.choices:omits(row.path) and open - 1 or open
        end
      end
    end
  end
  return open
end

--- Rows that are left out, as far as they are known here.
---@return integer
function Session:count_omitted()
  local count = 0
  if next(self.choices:now().omitted) then
    self.model:each(function(row)
      count = self.choices:omits(row.path) and count + 1 or count
    end)
    for _, group in ipairs(self.model.groups) do
      if self.choices:omits((group.uri:gsub("/$", ""))) then
        count = count + math.max(0, model.missing(group))
      end
    end
  end
  return count
end

--- Plan, or plan again.
---@param on_complete? fun()
function Session:plan(on_complete)
  require("dotstream.plan.planning").plan(self, on_complete)
end

--- Call back with the server, which may have been started anew meanwhile.
---@param act fun(client: vim.lsp.Client)
function Session:with_server(act)
  server.ensure(self.request.root, function(client)
    if self:valid() then
      self.client = client
      act(client)
    end
  end, function()
    self:failed("there is no server")
  end)
end

---@return boolean
function Session:valid()
  return M.by_buffer[self.buffer.bufnr] == self and vim.api.nvim_buf_is_loaded(self.buffer.bufnr)
end

---@param reason string
---@param state? dotstream.State
function Session:failed(reason, state)
  if self.buffer.is_old and self:valid() then
    self.buffer:message("  " .. paths.shown(reason))
  end
  self:become(state or "failed", reason)
end

function Session:cancel()
  local handle = self.handle
  if handle then
    self.note = "cancelling"
    self:show_state()
    handle.cancel()
    vim.defer_fn(function()
      if self.handle == handle and self.state == "planning" then
        errors.notify("the server does not answer; :Dotstream restart", vim.log.levels.WARN)
      end
    end, PATIENCE)
  elseif self.state == "applying" then -- that is, it waits for another plan
    self:become("planned")
  else
    errors.notify("nothing is being done here")
  end
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

--- Show the state: in the bar, and as the buffer's being modified.
function Session:show_state()
  if self:valid() then
    vim.bo[self.buffer.bufnr].modified = self:waits()
    vim.cmd("redrawstatus!")
  end
end

--- The buffer is unloaded: so is the interest in its plan.  An apply goes on.
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

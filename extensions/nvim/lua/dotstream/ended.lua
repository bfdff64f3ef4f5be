--- The end of a server: expected, before it began, or in the middle of its work.
local errors = require("dotstream.errors")

local M = {}

--- Milliseconds that a server which did not start has to say why.
local PATIENCE = 10000

--- Package directories whose server did not start: files opened there do not try again.
---@type table<string, boolean>
M.failed = {}

---@param root string
---@param buffers integer[]
local function offer_restart(root, buffers)
  local choices = { "Restart it", "Show its log", "Leave it" }
  vim.ui.select(choices, { prompt = "The dotstream server ended unexpectedly" }, function(choice)
    if choice == choices[1] then
      require("dotstream.server").come_back(root, buffers)
    elseif choice == choices[2] then
      require("dotstream.server").open_log()
    end
  end)
end

--- Run the server once more, to hear on standard error why it does not start.
---@param on_reason fun(reason: string)
function M.reason(on_reason)
  local cmd = require("dotstream.server").command()
  if not cmd then
    return on_reason(errors.not_found())
  end
  local ran = pcall(vim.system, cmd, { text = true, stdin = "", timeout = PATIENCE }, function(done)
    vim.schedule(function()
      local said = vim.trim(done.stderr or ""):gsub("^[%w._-]*dotstream[%w._-]*: ", "")
      on_reason(said ~= "" and said or ("it ends with exit code %d"):format(done.code))
    end)
  end)
  if not ran then
    on_reason("it cannot be run: " .. table.concat(cmd, " "))
  end
end

---@param root string
---@param asked boolean
local function not_started(root, asked)
  if M.failed[root] then
    return
  end
  M.failed[root] = true
  M.reason(function(reason)
    local tell = asked and errors.notify or errors.briefly
    tell("the server does not start: " .. reason, vim.log.levels.ERROR)
  end)
end

---@class dotstream.ServerEnd
---@field code integer
---@field signal integer
---@field root? string
---@field expected boolean
---@field began boolean whether it had answered at all
---@field asked boolean whether a command waits for it
---@field buffers integer[] that it was attached to

---@param ending dotstream.ServerEnd
function M.tell(ending)
  require("dotstream.events").emit("DotstreamServerEnded", {
    code = ending.code,
    signal = ending.signal,
    root = ending.root,
    expected = ending.expected,
  })
  if ending.expected or (ending.began and ending.code == 0 and ending.signal == 0) then
    return
  elseif not ending.began then
    return not_started(ending.root or "", ending.asked)
  end
  local how = ending.signal ~= 0 and ("killed by signal %d"):format(ending.signal)
    or ("with exit code %d"):format(ending.code)
  errors.notify("the server ended unexpectedly, " .. how, vim.log.levels.ERROR)
  if ending.root then
    offer_restart(ending.root, ending.buffers)
  end
end

return M

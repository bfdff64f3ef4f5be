--- What goes wrong, where a person sees it: one table from the server's words to levels.
local M = {}

local levels = vim.log.levels

---@type table<string, { level: integer, advice?: string }>
local KINDS = {
  cancelled = { level = levels.INFO },
  conflict = { level = levels.WARN, advice = "it is planned again: {resolve} settles a conflict" },
  stale_plan = { level = levels.WARN, advice = "it is planned again; look at it, then :w" },
  target_changed = { level = levels.WARN, advice = "{refresh} plans again" },
  locked = { level = levels.WARN, advice = "wait for it, then try again" },
  busy = { level = levels.WARN, advice = ":Dotstream cancel ends what is running" },
  ended = { level = levels.ERROR, advice = ":Dotstream log has its last words" },
  no_such_package = { level = levels.ERROR },
  config = { level = levels.ERROR },
  usage = { level = levels.ERROR },
  rollback_incomplete = { level = levels.ERROR, advice = ":Dotstream recover finishes it" },
  bug = { level = levels.ERROR, advice = ":Dotstream log has the details" },
}

---@param message string
---@param level? integer
function M.notify(message, level)
  vim.notify("dotstream: " .. message, level or levels.INFO)
end

--- Say something that names keys.
---@param message string
---@param level? integer
function M.hint(message, level)
  M.notify(M.with_keys(message), level)
end

---@param fault dotstream.Fault
---@return string? kind
function M.kind(fault)
  return type(fault.data) == "table" and fault.data.kind or nil
end

--- Put the user's own keys into a text that names them: "{refresh} plans again".
---@param text string
---@return string
function M.with_keys(text)
  local keys = require("dotstream.config").get().plan.keys
  return (
    text:gsub("{([%w_]+)}", function(name)
      local key = keys[name]
      return key and key ~= "" and key or ("`%s`"):format(name)
    end)
  )
end

--- Whether a lock is held by a server that this Neovim started.
---@param holder any as the server names it
---@return boolean
function M.is_ours(holder)
  for _, pid in ipairs(vim.api.nvim_get_proc_children(vim.uv.os_getpid())) do
    if type(holder) == "string" and holder:find("%f[%d]" .. pid .. "%f[%D]") then
      return true
    end
  end
  return false
end

---@param fault dotstream.Fault
---@return string text, integer level
function M.explain(fault)
  local kind = M.kind(fault)
  local known = KINDS[kind] or { level = levels.ERROR }
  local lines = { fault.message }
  if kind == "locked" and M.is_ours(fault.data.holder) then
    return "another plan is being applied here; wait for it", known.level
  elseif fault.code == -32601 then
    lines = { "the server is too old for this; bring it up to date: " .. M.install() }
  end
  for _, left in ipairs(type(fault.data) == "table" and fault.data.left or {}) do
    table.insert(lines, "  · " .. left)
  end
  if kind == "no_such_package" and #(fault.data.nearest or {}) > 0 then
    table.insert(lines, "did you mean " .. table.concat(fault.data.nearest, ", ") .. "?")
  end
  if known.advice then
    table.insert(lines, M.with_keys(known.advice))
  end
  return table.concat(lines, "\n"), known.level
end

---@param fault dotstream.Fault
function M.show(fault)
  M.notify(M.explain(fault))
end

--- What installs the server beside everything else, or brings it up to date.
---@return string
function M.install()
  local source = require("dotstream.install").source()
  return source and "pipx install --force " .. vim.fn.shellescape(source)
    or "in a checkout of dotstream, pipx install --force ."
end

--- The columns of a message that makes nobody press a key.
---@return integer
local function columns()
  return vim.v.echospace - #"dotstream: "
end

--- The first of some texts that fits into one line, or else the last.
---@param texts string[]
---@return string
function M.fitting(texts)
  for _, text in ipairs(texts) do
    if vim.fn.strdisplaywidth(text) <= columns() then
      return text
    end
  end
  return texts[#texts]
end

--- Say something while a file is opened: one line, which makes nobody press a key.
---@param message string
---@param level integer
function M.briefly(message, level)
  local line = vim.split(message, "\n")[1]
  local room = columns()
  if vim.fn.strdisplaywidth(line) > room then
    line = vim.fn.strcharpart(line, 0, room - 1) .. "…"
  end
  M.notify(line, level)
end

---@return string
function M.not_found()
  local program = require("dotstream.config").get().cmd[1]
  return program == "dotstream" and "the program was not found"
    or ("%s was not found"):format(program)
end

--- There is no program.  `:checkhealth` says the rest: this comes while a file is opened.
function M.missing()
  if require("dotstream.install").is_old() then
    return M.briefly("the server is old; give :Dotstream install", levels.WARN)
  end
  M.briefly(M.not_found() .. "; see :checkhealth dotstream", levels.WARN)
end

---@param found? integer
---@param wanted integer
function M.too_old(found, wanted)
  local which = (found or 0) < wanted and "the server" or "this plugin"
  M.briefly(which .. " is too old; see :checkhealth dotstream", levels.WARN)
end

return M

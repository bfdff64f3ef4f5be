--- All there is to say about one row, in a window of its own beside the cursor.
local errors = require("dotstream.errors")
local paths = require("dotstream.paths")
local words = require("dotstream.words")

local M = {}

local shown = paths.shown

---@param row dotstream.Row
---@return string
local function title(row)
  local known = words.WORDS[row.op] or { word = row.op, verb = "" }
  return ("%s %s"):format(known.verb ~= "" and known.verb or known.word, shown(row.label))
end

--- A row in lines, each fact with its name.
---@param row dotstream.Row
---@param policy? string what was decided about it
---@return string[]
function M.lines(row, policy)
  local lines = { title(row) }
  local function add(name, text)
    if text then
      table.insert(lines, ("  %-9s  %s"):format(name, text))
    end
  end
  add("package", row.package and shown(row.package))
  for _, rival in ipairs(row.rivals or {}) do
    add("also", shown(rival))
  end
  add("source", row.source and paths.label(paths.from_uri(row.source)))
  if row.op == "move_file" then
    add("to", row.to and paths.label(row.to) or "the backup area")
  else
    add("to", row.to and shown(row.to))
  end
  add("was", row.before and row.before ~= row.to and shown(row.before) or nil)
  add("why", row.why and shown(row.why) or row.message and shown(row.message))
  add("settled", policy and ("%s: %s"):format(policy, words.MEANINGS[policy].meaning))
  for _, choice in ipairs(row.op == "conflict" and row.choices or {}) do
    add(choice, words.MEANINGS[choice].meaning:match("^[^;]*")) -- one line of 80 columns
  end
  return lines
end

--- Show what is known about a path: on a heading, about the directory itself.
---@param session dotstream.Session
---@param uri string
function M.show(session, uri)
  local found ---@type dotstream.Row?
  session.model:each(function(row)
    found = row.path == uri and row or nil
    return found ~= nil
  end)
  if not found then
    return errors.notify("nothing is done to this directory itself")
  end
  local lines = M.lines(found, session.choices:now().policies[uri])
  vim.lsp.util.open_floating_preview(lines, "", { focus_id = uri })
end

return M

--- A plan as lines and marks.  Pure: nothing here touches a buffer.
local model = require("dotstream.plan.model")
local shown = require("dotstream.paths").shown
local words = require("dotstream.words")

local M = {}

---@type table<dotstream.RowClass, string>
M.HIGHLIGHTS = {
  add = "DotstreamAdd",
  change = "DotstreamChange",
  remove = "DotstreamRemove",
  conflict = "DotstreamConflict",
  error = "DotstreamError",
  note = "DotstreamNote",
  keep = "DotstreamKeep",
}

---@param number integer
---@return string with a comma every three digits
function M.number(number)
  local text = tostring(number):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^,", ""))
end

---@param number integer
---@param noun string
---@return string
function M.plural(number, noun)
  return ("%s %s%s"):format(M.number(number), noun, number == 1 and "" or "s")
end

---@param row dotstream.Row
---@return string
local function detail(row)
  local op = row.op
  if op == "make_dir" or op == "remove_dir" then
    return "/"
  elseif op == "move_file" then
    return " → " .. shown(row.to or "the backup area")
  elseif op == "remove_link" or op == "unfold" then
    return (op == "unfold" and "/" or "") .. " (was → " .. shown(row.before or "") .. ")"
  elseif op == "conflict" then
    local source = row.source and vim.fn.fnamemodify(vim.uri_to_fname(row.source), ":~")
    return source and " ← " .. shown(source) or ""
  elseif op == "error" or op == "notice" then
    return ""
  end
  local text = " → " .. shown(row.to or row.before or "")
  return op == "replace_link" and text .. " (was " .. shown(row.before or "") .. ")" or text
end

---@class dotstream.Line
---@field text string
---@field class? dotstream.RowClass
---@field name? integer[] columns of the word and the name
---@field virtual? string[][] what follows the text
---@field below? string[][] what stands in a line of its own below it
---@field heading? boolean

---@param row dotstream.Row
---@param resolution? string the policy that was chosen for it
---@return dotstream.Line
function M.row(row, resolution)
  local class = model.class(row.op)
  local name = shown(row.label:match("([^/]+)/?$") or row.label)
  local head = ("  %-8s %s"):format((words.WORDS[row.op] or { word = row.op }).word, name)
  local package = row.package and row.op ~= "conflict" and ("  (%s)"):format(shown(row.package))
    or ""
  local virtual, below
  if row.op == "conflict" then
    local choices = resolution or table.concat(row.choices or {}, " · ")
    virtual = { { ("  [%s]"):format(choices), "DotstreamChoices" } }
    below = { { "           " .. shown(row.message or ""), M.HIGHLIGHTS[class] } }
  elseif row.message then
    virtual = { { "  " .. shown(row.message), M.HIGHLIGHTS[class] } }
  end
  return {
    text = head .. detail(row) .. package,
    class = class,
    name = { 2, #head },
    virtual = virtual,
    below = below,
  }
end

---@param group dotstream.Group
---@return dotstream.Line
function M.heading(group)
  local virtual = { { "  " .. M.number(group.total), "DotstreamCount" } }
  if group.conflicts > 0 then
    table.insert(virtual, { "  " .. M.plural(group.conflicts, "conflict"), "DotstreamConflict" })
  end
  return { text = shown(group.label), heading = true, virtual = virtual }
end

--- The lines below the rows of a group: directories to open, and what is left out.
---@param group dotstream.Group
---@return dotstream.Line[]
function M.tail(group)
  local lines = {}
  for _, directory in ipairs(group.subdirectories) do
    local name = shown(directory.label:match("([^/]+)/?$") or directory.label)
    table.insert(lines, { text = ("  ▸ %s/"):format(name), class = "note" })
  end
  local missing = model.missing(group)
  if group.next then
    table.insert(lines, { text = "  … more: <CR> loads the next page", class = "note" })
  elseif missing > 0 then
    local text = ("  … %s more: <CR> loads them"):format(M.number(missing))
    table.insert(lines, { text = text, class = "note" })
  end
  return lines
end

---@param dropped integer
---@return string
function M.dropped(dropped)
  local what = M.plural(dropped, "more row")
  return ("… %s in further directories: <CR> loads the tree of the target"):format(what)
end

--- Counts in words: "3 to link, 1 conflict".
---@param counts table<string, integer>
---@param done boolean
---@return string
function M.counts(counts, done)
  local parts = {}
  for _, op in ipairs(words.OPERATIONS) do
    local number, what = counts[op] or 0, words.WORDS[op]
    if number > 0 and what.due ~= "" then
      local noun = number == 1 and what.noun or what.nouns
      local text = done and what.done or what.due
      local counted = noun == "" and M.number(number) or M.number(number) .. " " .. noun
      table.insert(parts, ("%s %s"):format(counted, text))
    end
  end
  if (counts.conflict or 0) > 0 then
    table.insert(parts, M.plural(counts.conflict, "conflict"))
  end
  if (counts.error or 0) > 0 then
    table.insert(parts, M.plural(counts.error, "error"))
  end
  return #parts > 0 and table.concat(parts, ", ") or "nothing to do"
end

return M

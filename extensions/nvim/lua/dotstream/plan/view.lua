--- A plan as lines and marks.  Pure: nothing here touches a buffer.
local model = require("dotstream.plan.model")
local paths = require("dotstream.paths")
local words = require("dotstream.words")

local shown = paths.shown

local M = {}

---@alias dotstream.LineClass dotstream.RowClass|"omit"

---@type table<dotstream.LineClass, string>
M.HIGHLIGHTS = {
  add = "DotstreamAdd",
  change = "DotstreamChange",
  remove = "DotstreamRemove",
  conflict = "DotstreamConflict",
  error = "DotstreamError",
  note = "DotstreamNote",
  keep = "DotstreamKeep",
  omit = "DotstreamOmitted",
}

--- Where the names of rows begin, and how wide what stands below one is: it fits in 80 columns.
local INDENT = 11
local WIDTH = 66

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
    return " → " .. (row.to and paths.label(row.to) or "the backup area")
  elseif op == "remove_link" or op == "unfold" then
    return (op == "unfold" and "/" or "") .. " (was → " .. shown(row.before or "") .. ")"
  elseif op == "conflict" then
    return row.source and " ← " .. paths.label(paths.from_uri(row.source)) or ""
  elseif op == "error" or op == "notice" then
    return ""
  end
  local text = " → " .. shown(row.to or row.before or "")
  return op == "replace_link" and text .. " (was " .. shown(row.before or "") .. ")" or text
end

--- Break a text into lines that stand below a name.
---@param text string
---@param highlight string
---@return string[][][]
local function below(text, highlight)
  local lines, line = {}, ""
  for word in text:gmatch("%S+") do
    if line ~= "" and vim.fn.strdisplaywidth(line .. " " .. word) > WIDTH then
      table.insert(lines, { { (" "):rep(INDENT) .. line, highlight } })
      line = word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  table.insert(lines, { { (" "):rep(INDENT) .. line, highlight } })
  return lines
end

---@class dotstream.Line
---@field text string
---@field class? dotstream.LineClass
---@field name? integer[] columns of the word and the name
---@field virtual? string[][] what follows the text
---@field below? string[][][] lines below it
---@field heading? boolean

--- What was decided about one row.
---@class dotstream.RowChoice
---@field policy? string
---@field omitted? boolean

---@param row dotstream.Row
---@param choice dotstream.RowChoice
---@return dotstream.Line
function M.row(row, choice)
  local class = choice.omitted and "omit" or model.class(row.op)
  local name = shown(row.label:match("([^/]+)/?$") or row.label)
  local head = ("  %-8s %s"):format((words.WORDS[row.op] or { word = row.op }).word, name)
  local package = row.package and row.op ~= "conflict" and ("  (%s)"):format(shown(row.package))
    or ""
  local line = { text = head .. detail(row) .. package, class = class, name = { 2, #head } }
  if choice.omitted then
    line.virtual = { { "  left out", "DotstreamChoices" } }
  elseif row.op == "conflict" then
    line.below = below(shown(row.message or ""), M.HIGHLIGHTS.conflict)
    local choices = choice.policy or table.concat(row.choices or {}, " · ")
    table.insert(line.below, { { (" "):rep(INDENT) .. choices, "DotstreamChoices" } })
  elseif choice.policy then
    line.virtual = { { "  " .. choice.policy, "DotstreamChoices" } }
  elseif row.message then
    line.below = below(shown(row.message), M.HIGHLIGHTS[class])
  end
  return line
end

--- What follows the name of a directory, also while its fold is closed.
---@param group dotstream.Group
---@return string[][]
function M.tally(group)
  local total = M.number(group.total) .. (group.cut and "+" or "")
  local virtual = { { "  " .. total, "DotstreamCount" } }
  if group.conflicts > 0 then
    table.insert(virtual, { "  " .. M.plural(group.conflicts, "conflict"), "DotstreamConflict" })
  end
  return virtual
end

---@param group dotstream.Group
---@return dotstream.Line
function M.heading(group)
  return { text = shown(group.label), heading = true, virtual = M.tally(group) }
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
  elseif group.cut then
    table.insert(lines, { text = "  … more: <CR> loads them", class = "note" })
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

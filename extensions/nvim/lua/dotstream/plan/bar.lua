--- What is above a plan: what it is about, counts, state, and what to do next, in one line that
--- is made for the width that there is.
local model = require("dotstream.plan.model")
local paths = require("dotstream.paths")
local view = require("dotstream.plan.view")
local with_keys = require("dotstream.errors").with_keys

local M = {}

---@class dotstream.Chunk
---@field [1] string text
---@field [2] string highlight group
---@field keep integer how much it matters
---@field short? string what is there if the whole does not fit
---@field later? integer how much that matters

local STATES = {
  planning = { "planning …", "{cancel} cancels" },
  planned = { "", ":w applies  {omit} leaves out  {help} keys" },
  applying = { "applying …", "{cancel} cancels" },
  applied = { "", "{undo} undoes" },
  undone = { "undone", "{refresh} plans again" },
  cancelled = { "cancelled", "{refresh} plans again" },
  failed = { "failed", "{refresh} plans again" },
}

---@param session dotstream.Session
---@return string
local function hint(session)
  if session.state == "planned" then
    local operations, _, faults = model.sums(session.model.counts)
    if session:open_conflicts() > 0 then
      return "{resolve} settles a conflict  {help} keys"
    elseif faults > 0 or operations == 0 then
      return "{help} keys"
    end
  elseif session.state == "applied" and not session.transaction then
    return ""
  end
  return STATES[session.state][2]
end

--- Counts without their kinds.
---@param session dotstream.Session
---@return string
local function brief(session)
  local operations, conflicts = model.sums(session.model.counts)
  local text = view.plural(operations, "change")
  return conflicts > 0 and ("%s, %s"):format(text, view.plural(conflicts, "conflict")) or text
end

---@param session dotstream.Session
---@return dotstream.Chunk[]
function M.chunks(session)
  local none = session.state ~= "planned" and next(session.model.counts) == nil
  local counts = none and "" or view.counts(session.model.counts, session.state == "applied")
  local bad = session.state == "failed" or session.state == "cancelled"
  local chunks = {
    { " " .. session:title(), "DotstreamTitle", keep = 9 },
    { STATES[session.state][1], bad and "DotstreamError" or "DotstreamState", keep = 8 },
    { counts, "DotstreamCount", keep = 4, short = not none and brief(session) or nil, later = 6 },
  }
  local function add(text, highlight, keep)
    if text ~= "" then
      table.insert(chunks, { text, highlight, keep = keep })
    end
  end
  local omitted = session.state == "planned" and session:count_omitted() or 0
  add(omitted > 0 and view.number(omitted) .. " left out" or "", "DotstreamState", 7)
  if session.state == "planned" and (session.unchanged or 0) > 0 then
    add(("%s as wanted"):format(view.number(session.unchanged)), "DotstreamCount", 1)
  end
  add(paths.shown(session.note), bad and "DotstreamError" or "DotstreamState", bad and 7 or 3)
  local text = with_keys(hint(session))
  local chunk = { text, "DotstreamHint", keep = 2, short = text:match("^(.-)  "), later = 5 }
  table.insert(chunks, chunk)
  return vim.tbl_filter(function(each)
    return each[1] ~= ""
  end, chunks)
end

---@param text? string
---@return integer columns with what is between it and the next
local function width(text)
  return text and vim.fn.strdisplaywidth(text) + 2 or 0
end

---@param text string
---@param room integer
---@return string
local function cut(text, room)
  local over = width(text) - room
  local left = math.max(1, vim.fn.strchars(text) - over - 1)
  return over > 0 and vim.fn.strcharpart(text, 0, left) .. "…" or text
end

--- Take what fits, what matters most first; the title is cut if it must be.
---@param chunks dotstream.Chunk[] the title first
---@param room integer columns
---@return string[][] texts with their highlight groups
function M.fit(chunks, room)
  room = room - 1
  local taken = { cut(chunks[1][1], room) }
  local tries, left = {}, room - width(taken[1])
  for index, chunk in ipairs(chunks) do
    table.insert(tries, { index, chunk[1], keep = chunk.keep })
    table.insert(tries, chunk.short and { index, chunk.short, keep = chunk.later } or nil)
  end
  table.sort(tries, function(one, other)
    return one.keep > other.keep
  end)
  for _, try in ipairs(tries) do
    local index, text = try[1], try[2]
    local more = width(text) - width(taken[index])
    if index > 1 and more <= left then
      taken[index], left = text, left - more
    end
  end
  local fitting = {}
  for index, chunk in ipairs(chunks) do
    table.insert(fitting, taken[index] and { taken[index], chunk[2] } or nil)
  end
  return fitting
end

--- Draw it for the current window, as 'winbar' wants it.
---@param session dotstream.Session
---@return string
function M.draw(session)
  local parts = {}
  for _, chunk in ipairs(M.fit(M.chunks(session), vim.api.nvim_win_get_width(0))) do
    table.insert(parts, ("%%#%s#%s"):format(chunk[2], (chunk[1]:gsub("%%", "%%%%"))))
  end
  return table.concat(parts, "%*  ") .. "%*"
end

return M

--- What is above a plan: what it is about, counts, state, and what to do next.
local model = require("dotstream.plan.model")
local paths = require("dotstream.paths")
local view = require("dotstream.plan.view")
local with_keys = require("dotstream.errors").with_keys

local M = {}

--- What was asked for, in words: "manage vim zsh", "undo 7".
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

--- Counts and state, for the winbar.
---@param session dotstream.Session
---@return string[][] chunks of text and highlight group
function M.chunks(session)
  local done = session.state == "applied"
  local chunks = {
    { " " .. M.title(session.request) .. " ", "DotstreamTitle" },
    { view.counts(session.model.counts, done), "DotstreamCount" },
  }
  if (session.unchanged or 0) > 0 and session.state == "planned" then
    table.insert(
      chunks,
      { (", %s as wanted"):format(view.number(session.unchanged)), "DotstreamCount" }
    )
  end
  local words = {
    planning = "planning …  {cancel} cancels",
    planned = ":w applies  {help} keys",
    applying = "applying …",
    applied = session.transaction and "applied  {undo} undoes" or "applied",
    undone = "undone",
    cancelled = "cancelled",
    failed = "failed",
  }
  local operations, conflicts, faults = model.sums(session.model.counts)
  if session.state == "planned" then
    if conflicts > 0 then
      words.planned = "{resolve} settles a conflict"
    elseif faults > 0 or operations == 0 then
      words.planned = ""
    end
  end
  local bad = session.state == "failed" or session.state == "cancelled"
  table.insert(
    chunks,
    { "  " .. with_keys(words[session.state]), bad and "DotstreamError" or "DotstreamChoices" }
  )
  if session.note ~= "" then
    table.insert(
      chunks,
      { "  " .. paths.shown(session.note), bad and "DotstreamError" or "DotstreamNote" }
    )
  end
  return chunks
end

return M

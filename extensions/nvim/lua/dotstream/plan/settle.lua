--- Conflicts, settled by a person: one, those of a range, all that are open, or as they are met.
local errors = require("dotstream.errors")
local paths = require("dotstream.paths")
local words = require("dotstream.words")

local M = {}

local MORE = {
  same = "back up what has the same content as the package's file, then link",
  diff = "show both sides",
  open = "leave it open for now",
  again = "open it again",
  cancel = "stop planning",
}

---@param choice string
---@return string
local function explained(choice)
  local policy = words.MEANINGS[choice]
  local meaning = policy and policy.meaning or MORE[choice]
  return ("%-9s  %s"):format(choice, meaning:match("^[^;]*")) -- a choice is one line of 80 columns
end

---@param prompt string
---@param choices string[]
---@param on_choice fun(choice: string?)
local function choose(prompt, choices, on_choice)
  local options = { prompt = prompt, kind = "dotstream.conflict", format_item = explained }
  vim.ui.select(choices, options, on_choice)
end

--- Policies that settle every one of some conflicts.
---@param rows dotstream.Row[]
---@return string[]
local function common(rows)
  return vim.tbl_filter(function(policy)
    for _, row in ipairs(rows) do
      if not vim.list_contains(row.choices or {}, policy) then
        return false
      end
    end
    return policy ~= "fail"
  end, words.POLICIES)
end

--- The conflicts among rows: those that are open, and those that were settled.
---@param session dotstream.Session
---@param rows dotstream.Row[]
---@return dotstream.Row[] conflicts, boolean settled whether any is settled
local function conflicts(session, rows)
  local found, seen, settled = {}, {}, false
  for _, row in ipairs(rows) do
    local known = session.settled[row.path]
    local conflict = row.op == "conflict" and row
      or session.choices:now().policies[row.path] and known
    if conflict and not seen[row.path] then
      seen[row.path] = true
      settled = settled or row.op ~= "conflict"
      table.insert(found, conflict)
    end
  end
  return found, settled
end

--- Settle the conflicts among rows, or open them again; the plan is then made anew.
---@param session dotstream.Session
---@param rows dotstream.Row[]
function M.rows(session, rows)
  local found, settled = conflicts(session, rows)
  if #found == 0 then
    return errors.hint("there is no conflict here; {next_conflict} goes to the next one")
  end
  local choices = common(found)
  table.insert(choices, settled and "again" or nil)
  table.insert(choices, #found == 1 and "diff" or nil)
  local prompt = #found == 1
      and ("%s: %s"):format(paths.shown(found[1].label), paths.shown(found[1].message))
    or ("These %d conflicts"):format(#found)
  choose(prompt, choices, function(choice)
    if choice == "diff" then
      local asked = session.request
      require("dotstream.diff").show(session.client, asked.root, asked.target, found[1].path)
    elseif choice then
      local uris = {}
      for _, row in ipairs(found) do
        table.insert(uris, row.path)
        session.settled[row.path] = row
      end
      session.choices:settle(uris, choice ~= "again" and choice or nil)
      session:plan()
    end
  end)
end

--- Settle all conflicts alike that nothing was decided about.
---@param session dotstream.Session
function M.rest(session)
  local choices, now = { "skip", "backup", "overwrite", "adopt" }, session.choices:now()
  local same = false
  session.model:each(function(row)
    same = row.same or false
    return same
  end)
  table.insert(choices, same and "same" or nil)
  table.insert(choices, (now.rest or now.same) and "again" or nil)
  choose("All conflicts of this plan that are open", choices, function(choice)
    if choice then
      session.choices:settle_rest(choice)
      session:plan()
    end
  end)
end

--- Ask about a conflict as it is met.
---@param session dotstream.Session
---@param row dotstream.Row
---@param answer fun(policy: string?, cancel: boolean?)
function M.ask(session, row, answer)
  local choices = vim.list_extend(common({ row }), { "open", "cancel" })
  local prompt = ("%s: %s"):format(paths.shown(row.label), paths.shown(row.message))
  choose(prompt, choices, function(choice)
    if words.MEANINGS[choice] then
      session.settled[row.path] = row
      session.choices:settle({ row.path }, choice)
      answer(choice)
    else
      answer(nil, choice == "cancel")
    end
  end)
end

return M

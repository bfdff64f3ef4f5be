--- `:Dotstream history`: what was done, as `dotstream history` tells it, and taking it back.
local arguments = require("dotstream.arguments")
local errors = require("dotstream.errors")
local listing = require("dotstream.listing")
local paths = require("dotstream.paths")
local request = require("dotstream.request")
local server = require("dotstream.server")
local view = require("dotstream.plan.view")

local M = {}

--- Transactions that are listed.
local LIMIT = 200

local STATES = {
  active = "under way",
  rolling_back = "being rolled back",
  stuck = "rolled back in part",
  rolled_back = "rolled back",
  undone = "undone",
}

---@param transaction table as `dotstream/history` has it
---@return string
function M.words(transaction)
  local names = table.concat(transaction.packages or {}, " ")
  if transaction.undoes and transaction.undoes ~= vim.NIL then
    names = tostring(transaction.undoes)
  end
  return paths.shown(vim.trim(("%s %s"):format(transaction.action, names)))
end

---@param began string in UTC
---@return string in local time, to the minute
local function moment(began)
  local year, month, day, hour, minute, second = began:match("(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)")
  if not year then
    return began
  end
  local utc = { year = year, month = month, day = day, hour = hour, min = minute, sec = second }
  local now = os.time()
  local offset = os.difftime(now, os.time(os.date("!*t", now) --[[@as osdateparam]]))
  return os.date("%Y-%m-%d %H:%M", os.time(utc) + offset) --[[@as string]]
end

---@param transaction table
---@return dotstream.ListingLine
local function line(transaction)
  local done = transaction.state == "committed" or transaction.state == "undone"
  local what = M.words(transaction)
  if next(transaction.counts or {}) then
    what = what .. ": " .. view.counts(transaction.counts, done)
  end
  local state = STATES[transaction.state]
  if state and transaction.undoneBy and transaction.undoneBy ~= vim.NIL then
    state = ("%s by %d"):format(state, transaction.undoneBy)
  end
  local text = ("%4d  %s  %s%s"):format(
    transaction.id,
    moment(transaction.began),
    what,
    state and ("  (%s)"):format(state) or ""
  )
  return {
    text = text,
    highlight = not transaction.undoable and "DotstreamKeep" or nil,
    value = transaction,
  }
end

---@param place dotstream.Place
---@param on_found fun(transactions: table[])
local function ask(place, on_found)
  server.ensure(place.root, function(client)
    local params = { root = paths.to_uri(place.root), limit = LIMIT }
    params.target = place.target and paths.to_uri(place.target)
    request.ask(client, "dotstream/history", params, function(result)
      on_found(result.transactions)
    end)
  end)
end

---@param place dotstream.Place
function M.show(place)
  local function show(shown)
    ask(place, function(transactions)
      local lines = vim.tbl_map(line, transactions)
      if #lines == 0 then
        lines = { { text = "nothing has been done yet" } }
      end
      local function undo(transaction)
        if not transaction.undoable then
          return errors.notify("this cannot be undone any more", vim.log.levels.WARN)
        end
        require("dotstream.start").plan({
          action = "undo",
          root = place.root,
          target = place.target,
          transaction = transaction.id,
        })
      end
      listing.open({
        name = arguments.name(place.root, { "history" }),
        bar = "history of " .. paths.label(place.root),
        lines = lines,
        keys = { { "u", "plan to undo", undo } },
        refresh = show,
        mods = place.mods,
      }, shown)
    end)
  end
  show(true)
end

--- Say in a plan's bar what it is that it undoes.
---@param session dotstream.Session
function M.subject(session)
  ask(session.request --[[@as dotstream.Place]], function(transactions)
    for _, transaction in ipairs(transactions) do
      if transaction.id == session.request.transaction then
        session.subject = M.words(transaction)
      end
    end
    session:show_state()
  end)
end

return M

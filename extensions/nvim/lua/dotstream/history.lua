--- `:Dotstream history` and `:Dotstream undo`: what was done, and taking it back.
local listing = require("dotstream.listing")
local paths = require("dotstream.paths")
local request = require("dotstream.request")
local server = require("dotstream.server")
local view = require("dotstream.plan.view")

local M = {}

---@param transaction table as `dotstream/history` has it
---@return string
function M.words(transaction)
  local names = table.concat(transaction.packages or {}, " ")
  if transaction.undoes and transaction.undoes ~= vim.NIL then
    names = tostring(transaction.undoes)
  end
  return paths.shown(vim.trim(("%s %s"):format(transaction.action, names)))
end

---@param place { root: string, target?: string }
---@param on_found fun(client: vim.lsp.Client, transactions: table[])
function M.ask(place, on_found)
  server.ensure(place.root, function(client)
    local params = { root = paths.to_uri(place.root), limit = 200 }
    params.target = place.target and paths.to_uri(place.target)
    request.ask(client, "dotstream/history", params, function(result)
      on_found(client, result.transactions)
    end)
  end)
end

---@param place { root: string, target?: string }
function M.show(place)
  M.ask(place, function(_, transactions)
    local lines = {}
    for _, transaction in ipairs(transactions) do
      local line = ("%4s  %s  %s, %s%s"):format(
        tostring(transaction.id),
        (tostring(transaction.began):sub(1, 16):gsub("T", " ")),
        M.words(transaction),
        view.plural(transaction.operations, "operation"),
        transaction.state ~= "done"
            and transaction.state ~= "finished"
            and ("  (%s)"):format(transaction.state)
          or ""
      )
      table.insert(lines, {
        text = line,
        highlight = not transaction.undoable and "DotstreamKeep" or nil,
        value = transaction,
      })
    end
    if #lines == 0 then
      lines = { { text = "nothing was done yet" } }
    end
    listing.open("dotstream://history" .. place.root, "history", lines, {
      {
        key = "u",
        desc = "plan to undo",
        act = function(transaction)
          M.undo(place, transaction.id, "show")
        end,
      },
      {
        key = "R",
        desc = "refresh",
        act = function()
          M.show(place)
        end,
      },
    })
  end)
end

--- Show the plan that takes a transaction back; `:w` carries it out.
---@param place { root: string, target?: string }
---@param transaction? integer the last one that can be, if left out
---@param after "show"|"ask"|"apply"
function M.undo(place, transaction, after)
  require("dotstream.start").plan({
    action = "undo",
    root = place.root,
    target = place.target,
    transaction = transaction,
    after = after,
  })
end

return M

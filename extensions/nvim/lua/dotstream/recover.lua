--- `:Dotstream recover`: a change that was cut short is rolled back, or finished.
local errors = require("dotstream.errors")
local history = require("dotstream.history")
local paths = require("dotstream.paths")
local request = require("dotstream.request")
local view = require("dotstream.plan.view")

local M = {}

---@param client vim.lsp.Client
---@param params table
---@param resume boolean
local function recover(client, params, resume)
  params = vim.tbl_extend("force", params, { resume = resume or nil })
  request.send(client, "dotstream/recover", params, {
    title = "recover",
    on_end = function(fault, result)
      if fault then
        return errors.show(fault)
      end
      local lines = {
        result.resumed and "it was finished"
          or ("it was rolled back: %s"):format(view.plural(result.reverted or 0, "step")),
      }
      for _, left in ipairs(result.left or {}) do
        table.insert(lines, "  · " .. paths.shown(left))
      end
      errors.notify(table.concat(lines, "\n"), #lines > 1 and vim.log.levels.WARN or nil)
      require("dotstream.changes").show()
    end,
  })
end

--- Say what was cut short, and ask what to do about it.
---@param client vim.lsp.Client
---@param options { quiet?: boolean, target?: string, now?: boolean } `now` takes it back unasked
function M.offer(client, options)
  local params = { root = paths.to_uri(client.root_dir) }
  params.target = options.target and paths.to_uri(options.target)
  local dry = vim.tbl_extend("force", params, { dryRun = true })
  request.ask(client, "dotstream/recover", dry, function(found)
    local unfinished = found.unfinished
    if type(unfinished) ~= "table" then
      if not options.quiet then
        errors.notify("nothing was cut short; nothing to recover")
      end
      return
    elseif options.now then
      return recover(client, params, false)
    end
    local choices = { "Roll it back", "Finish it", "Leave it" }
    vim.ui.select(choices, {
      prompt = ("%s (transaction %s) was cut short"):format(
        history.words(unfinished),
        tostring(unfinished.id)
      ),
      kind = "dotstream.recover",
    }, function(choice)
      if choice == choices[1] then
        recover(client, params, false)
      elseif choice == choices[2] then
        recover(client, params, true)
      end
    end)
  end)
end

return M

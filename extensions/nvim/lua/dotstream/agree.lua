--- What a repository asks for beyond links in the home: shown, and agreed to by the user alone.
local errors = require("dotstream.errors")
local paths = require("dotstream.paths")
local request = require("dotstream.request")

local M = {}

--- Show what a plan needs agreement for, and go on if the user gives it.
---@param session dotstream.Session
---@param go_on fun()
function M.ask(session, go_on)
  local root = paths.to_uri(session.request.root)
  request.ask(session.client, "dotstream/agree", { root = root }, function(found)
    local lines, settings = {}, {}
    for _, wish in ipairs(found.wishes) do
      if not wish.agreed then
        table.insert(settings, wish.setting)
        local whose = wish.package ~= vim.NIL and wish.package and (" (%s)"):format(wish.package)
          or ""
        table.insert(lines, paths.shown(("  %s%s: %s"):format(wish.setting, whose, wish.meaning)))
      end
    end
    if #settings == 0 then
      return go_on()
    end
    local prompt = ("%s asks for\n%s\nDo you agree?"):format(
      paths.label(paths.from_uri(found.configuration)),
      table.concat(lines, "\n")
    )
    local choices = { "Agree and apply", "Change nothing" }
    vim.ui.select(choices, { prompt = prompt, kind = "dotstream.agree" }, function(choice)
      if choice ~= choices[1] then
        return errors.notify("nothing was changed")
      end
      local params = { root = root, settings = settings }
      request.ask(session.client, "dotstream/agree", params, go_on)
    end)
  end)
end

return M

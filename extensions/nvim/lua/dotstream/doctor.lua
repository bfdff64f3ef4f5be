--- `:Dotstream doctor`: what is wrong with the links, in the quickfix list.
local errors = require("dotstream.errors")
local paths = require("dotstream.paths")
local request = require("dotstream.request")
local server = require("dotstream.server")
local view = require("dotstream.plan.view")

local M = {}

--- Findings that the list holds.
M.MAX = 1000
local TITLE = "dotstream doctor"

local TYPES = { error = "E", warning = "W", info = "I", note = "N", hint = "N" }

---@param finding table
---@return table entry of a quickfix list
local function entry(finding)
  local command = type(finding.command) == "string" and ("  [%s]"):format(finding.command) or ""
  return {
    filename = paths.from_uri(finding.path),
    lnum = 1,
    text = paths.shown(("%s: %s%s"):format(finding.kind, finding.message, command)),
    type = TYPES[finding.severity] or "W",
  }
end

---@param place { root: string, target?: string }
---@param fix boolean
function M.run(place, fix)
  server.ensure(place.root, function(client)
    local old = vim.fn.getqflist({ id = 0, title = 0 })
    local list = old.title == TITLE and old.id or nil -- what others have in theirs stays
    if list then
      vim.fn.setqflist({}, "r", { id = list, items = {} })
    end
    local count = 0
    local params = { root = paths.to_uri(place.root), window = 8, fix = fix or nil }
    params.target = place.target and paths.to_uri(place.target)
    local handle
    handle = request.send(client, "dotstream/doctor", params, {
      title = "doctor",
      on_value = function(value)
        local entries = {}
        for _, finding in ipairs(value.items or {}) do
          count = count + 1
          if count <= M.MAX then
            table.insert(entries, entry(finding))
          end
        end
        if #entries > 0 and list then
          vim.fn.setqflist({}, "a", { id = list, items = entries })
        elseif #entries > 0 then
          vim.fn.setqflist({}, " ", { title = TITLE, items = entries })
          list = vim.fn.getqflist({ id = 0 }).id
        end
        if value.seq and value.items then
          handle.ack(value.seq)
        end
      end,
      on_end = function(fault, result)
        if fault then
          return errors.show(fault)
        end
        local fixed = fix and ("%s fixed, "):format(view.number(result.fixed or 0)) or ""
        if fix then
          require("dotstream.changes").show()
        end
        if result.findings == 0 then
          return errors.notify(
            ("doctor: %s"):format(fix and fixed .. "no problems left" or "no problems found")
          )
        end
        local found = view.plural(result.findings, "finding")
        errors.notify(("doctor: %s%s%s"):format(fixed, found, fix and " left" or ""))
        vim.cmd("botright copen")
      end,
    })
  end)
end

return M

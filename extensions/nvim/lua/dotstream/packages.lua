--- `:Dotstream status`: how far each package is linked.
local errors = require("dotstream.errors")
local listing = require("dotstream.listing")
local paths = require("dotstream.paths")
local request = require("dotstream.request")
local server = require("dotstream.server")
local view = require("dotstream.plan.view")

local M = {}

local HIGHLIGHTS = {
  managed = "DotstreamAdd",
  partial = "DotstreamChange",
  unmanaged = "DotstreamKeep",
  conflict = "DotstreamConflict",
  empty = "DotstreamKeep",
}

---@param status table
---@return string
local function details(status)
  local parts = {}
  for _, entry in ipairs({
    { status.links, "link" },
    { status.changes, "change" },
    { status.conflicts, "conflict" },
    { status.errors, "error" },
  }) do
    if (entry[1] or 0) > 0 then
      table.insert(
        parts,
        view.plural(entry[1], entry[2]) .. (entry[2] == "change" and " due" or "")
      )
    end
  end
  return table.concat(parts, ", ")
end

---@param place { root: string, target?: string }
---@param packages string[]
function M.show(place, packages)
  local found = {}
  local function show(text)
    local width = 0
    for _, status in ipairs(found) do
      width = math.max(width, vim.fn.strdisplaywidth(paths.shown(status.name)))
    end
    local lines = {}
    for _, status in ipairs(found) do
      local name = paths.shown(status.name)
      local pad = (" "):rep(width - vim.fn.strdisplaywidth(name))
      local head = ("%s%s  "):format(name, pad)
      local line = ("%s%-9s  %s"):format(head, status.state, details(status))
      table.insert(lines, {
        text = line,
        highlight = HIGHLIGHTS[status.state],
        columns = { #head, #head + #status.state },
        value = status,
      })
    end
    if #lines == 0 then
      lines = { { text = text } }
    end
    local start = function(action)
      return function(status)
        require("dotstream.start").plan({
          action = action,
          root = place.root,
          target = place.target,
          packages = { status.name },
        })
      end
    end
    local bar = ("%s  %s"):format(vim.fn.fnamemodify(place.root, ":~"), text)
    listing.open("dotstream://status" .. place.root, bar, lines, {
      { key = "<CR>", desc = "plan", act = start("manage") },
      { key = "x", desc = "plan unmanage", act = start("unmanage") },
      {
        key = "R",
        desc = "refresh",
        act = function()
          M.show(place, packages)
        end,
      },
    })
  end
  server.ensure(place.root, function(client)
    local params = { root = paths.to_uri(place.root), window = 8 }
    params.target = place.target and paths.to_uri(place.target)
    params.packages = #packages > 0 and packages or nil
    local handle
    handle = request.send(client, "dotstream/status", params, {
      title = "status",
      on_value = function(value)
        if value.items then
          vim.list_extend(found, value.items)
          show("looking …")
          handle.ack(value.seq)
        end
      end,
      on_end = function(fault)
        if fault then
          errors.show(fault)
        else
          show(view.plural(#found, "package"))
        end
      end,
    })
  end)
end

return M

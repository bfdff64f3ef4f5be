--- `:Dotstream status`: how far each package is linked.
local arguments = require("dotstream.arguments")
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
  unwanted = "DotstreamChange",
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
  local text = table.concat(parts, ", ")
  return status.reason and ("%s; %s"):format(text, paths.shown(status.reason)) or text
end

--- Packages with links that are not to be any more, as if they were of the list.
---@param unwanted table[] as `dotstream/status` has them
---@return table[]
local function gone(unwanted)
  return vim.tbl_map(function(each)
    local links = 0
    for _, where in ipairs(each.links) do
      links = links + where.links
    end
    return { name = each.name, state = "unwanted", links = links, reason = each.reason }
  end, unwanted)
end

---@param found table[]
---@return dotstream.ListingLine[]
local function lines_of(found)
  local width = 0
  for _, status in ipairs(found) do
    width = math.max(width, vim.fn.strdisplaywidth(paths.shown(status.name)))
  end
  return vim.tbl_map(function(status)
    local name = paths.shown(status.name)
    local head = ("%s%s  "):format(name, (" "):rep(width - vim.fn.strdisplaywidth(name)))
    return {
      text = vim.trim(("%s%-9s  %s"):format(head, status.state, details(status))),
      highlight = HIGHLIGHTS[status.state],
      columns = { #head, #head + #status.state },
      value = status,
    }
  end, found)
end

---@param place dotstream.Place
---@param packages string[]
function M.show(place, packages)
  local function plan(action)
    return function(status)
      require("dotstream.start").plan({
        action = action,
        root = place.root,
        target = place.target,
        packages = { status.name },
      })
    end
  end
  local function bring_up_to_date(status)
    if status.state ~= "unwanted" then
      return plan("manage")(status)
    end
    local asked = { action = "remanage", root = place.root, target = place.target }
    require("dotstream.start").plan(asked) -- of all: it alone removes what is left of packages
  end
  local look
  ---@param found table[]
  ---@param text string
  ---@param shown? boolean
  local function show(found, text, shown)
    local lines = lines_of(found)
    listing.open({
      name = arguments.name(place.root, vim.list_extend({ "status" }, packages)),
      bar = ("status of %s  %s"):format(paths.label(place.root), text),
      lines = #lines > 0 and lines or { { text = text } },
      keys = { { "<CR>", "plan", bring_up_to_date }, { "x", "plan unmanage", plan("unmanage") } },
      refresh = look,
      mods = place.mods,
    }, shown)
  end
  function look(shown)
    local found = {}
    if shown then
      show(found, "looking …", shown)
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
            handle.ack(value.seq)
          end
        end,
        on_end = function(fault, result)
          if fault then
            errors.show(fault)
          else
            vim.list_extend(found, gone(result.unwanted or {}))
            show(found, view.plural(#found, "package"))
          end
        end,
      })
    end)
  end
  look(true)
end

return M

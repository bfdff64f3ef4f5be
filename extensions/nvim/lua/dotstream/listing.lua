--- A small read-only buffer of lines, each of which stands for something that keys act on.
local highlights = require("dotstream.highlights")

local M = {}

local namespace = vim.api.nvim_create_namespace("dotstream.listing")

---@class dotstream.ListingLine
---@field text string
---@field highlight? string
---@field columns? integer[] where the highlight is; the whole line if left out
---@field value? any what the keys are given

---@class dotstream.Listing
---@field name string of its buffer
---@field bar string for the winbar
---@field lines dotstream.ListingLine[]
---@field keys { [1]: string, [2]: string, [3]: fun(value: any) }[] key, what it does
---@field refresh fun() asks for the lines anew
---@field mods? table where its window is to be

--- Listings by their buffers.
---@type table<integer, dotstream.Listing>
local listings = {}

---@param listing dotstream.Listing
---@param bufnr integer
local function map(listing, bufnr)
  local function key(lhs, desc, act)
    local options = { buffer = bufnr, nowait = true, desc = "dotstream: " .. desc }
    vim.keymap.set("n", lhs, act, options)
  end
  for _, each in ipairs(listing.keys) do
    key(each[1], each[2], function()
      local line = listings[bufnr].lines[vim.fn.line(".")]
      if line and line.value ~= nil then
        each[3](line.value)
      end
    end)
  end
  key("R", "refresh", listing.refresh)
  key("q", "close", require("dotstream.plan.window").leave)
end

--- Open a listing, or bring the one of that name up to date where it is.
---@param listing dotstream.Listing
---@param shown? boolean whether it is shown if it is not
function M.open(listing, shown)
  local window = require("dotstream.plan.window")
  highlights.define()
  local bufnr = window.buffer_named(listing.name)
  if not bufnr then
    bufnr = vim.api.nvim_create_buf(true, false)
    vim.api.nvim_buf_set_name(bufnr, listing.name)
  end
  if not listings[bufnr] then
    vim.bo[bufnr].buftype = "nofile"
    vim.bo[bufnr].swapfile = false
    vim.bo[bufnr].filetype = "dotstreamlist"
    vim.api.nvim_create_autocmd("BufUnload", {
      buffer = bufnr,
      once = true,
      callback = function()
        listings[bufnr] = nil
      end,
    })
    map(listing, bufnr)
  end
  listings[bufnr] = listing
  if shown then
    window.show(bufnr, listing.mods)
  end
  local texts = vim.tbl_map(function(line)
    return line.text
  end, listing.lines)
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, texts)
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
  vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  for index, line in ipairs(listing.lines) do
    if line.highlight then
      local columns = line.columns or { 0, #line.text }
      vim.api.nvim_buf_set_extmark(bufnr, namespace, index - 1, columns[1], {
        end_col = columns[2],
        hl_group = line.highlight,
      })
    end
  end
  local hints = vim.tbl_map(function(key)
    return ("%s %s"):format(key[1], key[2])
  end, listing.keys)
  local text = (" %s   %s"):format(listing.bar, table.concat(hints, "  ")):gsub("%%", "%%%%")
  for _, each in ipairs(vim.fn.win_findbuf(bufnr)) do
    -- What does not fit is cut at the end.
    vim.api.nvim_set_option_value("winbar", text .. "%<", { win = each, scope = "local" })
    vim.api.nvim_set_option_value("cursorline", true, { win = each, scope = "local" })
  end
end

--- Something was changed: bring up to date what is looked at.
function M.refresh_all()
  for bufnr, listing in pairs(listings) do
    if #vim.fn.win_findbuf(bufnr) > 0 then
      listing.refresh()
    end
  end
end

return M

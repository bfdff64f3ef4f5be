--- A small read-only buffer of lines, each of which stands for something that keys act on.
local highlights = require("dotstream.highlights")

local M = {}

local namespace = vim.api.nvim_create_namespace("dotstream.listing")

---@class dotstream.ListingLine
---@field text string
---@field highlight? string
---@field columns? integer[] where the highlight is; the whole line if left out
---@field value? any what the keys are given

---@class dotstream.ListingKey
---@field key string
---@field desc string
---@field act fun(value: any)

--- Open a listing, or bring the one of that name up to date.
---@param name string
---@param bar string for the winbar
---@param lines dotstream.ListingLine[]
---@param keys dotstream.ListingKey[]
---@return integer bufnr
function M.open(name, bar, lines, keys)
  highlights.define()
  local bufnr = vim.fn.bufnr("^" .. vim.fn.escape(name, "[]*?{}\\") .. "$")
  if bufnr == -1 then
    bufnr = vim.api.nvim_create_buf(true, true)
    vim.api.nvim_buf_set_name(bufnr, name)
    vim.bo[bufnr].filetype = "dotstreamlist"
  end
  if #vim.fn.win_findbuf(bufnr) == 0 then
    vim.cmd(require("dotstream.config").get().plan.open)
    vim.api.nvim_win_set_buf(0, bufnr)
  end
  vim.bo[bufnr].modifiable = true
  local texts = {}
  for _, line in ipairs(lines) do
    table.insert(texts, line.text)
  end
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, texts)
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
  vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  for index, line in ipairs(lines) do
    if line.highlight then
      local columns = line.columns or { 0, #line.text }
      vim.api.nvim_buf_set_extmark(bufnr, namespace, index - 1, columns[1], {
        end_col = columns[2],
        hl_group = line.highlight,
      })
    end
  end
  local hints = {}
  for _, key in ipairs(keys) do
    table.insert(hints, ("%s %s"):format(key.key, key.desc))
    vim.keymap.set("n", key.key, function()
      local line = lines[vim.api.nvim_win_get_cursor(0)[1]]
      if line and line.value ~= nil then
        key.act(line.value)
      end
    end, { buffer = bufnr, nowait = true, desc = "dotstream: " .. key.desc })
  end
  vim.keymap.set(
    "n",
    "q",
    "<Cmd>close<CR>",
    { buffer = bufnr, nowait = true, desc = "dotstream: close" }
  )
  local text = (" %s   %s"):format(bar, table.concat(hints, "  ")):gsub("%%", "%%%%")
  for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
    vim.api.nvim_set_option_value("winbar", text, { win = window, scope = "local" })
    vim.api.nvim_set_option_value("cursorline", true, { win = window, scope = "local" })
  end
  return bufnr
end

return M
